package io.freshet.client.serialization;

import io.freshet.client.item.CatalogueItem;
import io.freshet.client.item.CatalogueItemCodec;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Serialises items of the catalogue to the JSON of {@link CatalogueItemCodec}. Null becomes a tombstone. Thread-safe. */
public final class CatalogueItemSerializer implements Serializer<CatalogueItem> {
    @Override
    public byte @Nullable [] serialize(String topic, @Nullable CatalogueItem data) {
        return data == null ? null : CatalogueItemCodec.toJson(data);
    }
}
