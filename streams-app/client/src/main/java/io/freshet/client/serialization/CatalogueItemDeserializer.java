package io.freshet.client.serialization;

import io.freshet.client.item.CatalogueItem;
import io.freshet.client.item.CatalogueItemCodec;
import io.freshet.client.item.MalformedItemException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** Deserialises items of the catalogue from the JSON of {@link CatalogueItemCodec}. A tombstone becomes null. Thread-safe. */
public final class CatalogueItemDeserializer implements Deserializer<CatalogueItem> {
    /** @throws SerializationException if the bytes are malformed; the message has the topic and the violated condition */
    @Override
    public @Nullable CatalogueItem deserialize(String topic, byte @Nullable [] data) {
        if (data == null) {
            return null;
        }
        try {
            return CatalogueItemCodec.parse(data);
        } catch (MalformedItemException e) {
            throw new SerializationException("topic=" + topic + ": " + e.getMessage(), e);
        }
    }
}
