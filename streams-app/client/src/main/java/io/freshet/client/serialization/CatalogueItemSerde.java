package io.freshet.client.serialization;

import io.freshet.client.item.CatalogueItem;
import org.apache.kafka.common.serialization.Serdes;

/** The serde of items of the catalogue, for Kafka Streams. Thread-safe. */
public final class CatalogueItemSerde extends Serdes.WrapperSerde<CatalogueItem> {
    /** Creates a serde of {@link CatalogueItemSerializer} and {@link CatalogueItemDeserializer}. */
    public CatalogueItemSerde() {
        super(new CatalogueItemSerializer(), new CatalogueItemDeserializer());
    }
}
