package io.freshet.service.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.item.CatalogueItemCodec;
import io.freshet.client.item.MalformedItemException;
import io.freshet.service.recommend.Variants;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes each record of the catalogue to the recommenders. A record that is malformed makes its item absent. If only its title
 * or its embedding is malformed, the item is used without it.
 */
final class CatalogueReader extends ContextualProcessor<byte[], byte[], Void, Void> {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogueReader.class);

    private final Variants variants;

    CatalogueReader(Variants variants) {
        this.variants = variants;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        byte @Nullable [] key = record.key();
        if (key == null) {
            malformed("a record must have a key, the item's id");
            return;
        }
        String itemId = new String(key, UTF_8);
        byte @Nullable [] value = record.value();
        try {
            variants.catalogue(itemId, value == null ? null : CatalogueItemCodec.parse(value, this::malformedContents));
        } catch (MalformedItemException e) {
            variants.catalogue(itemId, null);
            malformed(String.valueOf(e.getMessage()));
        }
    }

    private void malformed(String why) {
        variants.shared().metrics().countMalformedItem();
        warn("A record of the catalogue is malformed: {} topic={} partition={} offset={}", why);
    }

    private void malformedContents(String why) {
        if (variants.shared().usesContents()) {
            variants.shared().metrics().countMalformedContents();
            warn(
                    "An item of the catalogue is used without its title or its embedding: {} topic={} partition={} offset={}",
                    why);
        }
    }

    private void warn(String format, String why) {
        RecordMetadata received = context().recordMetadata().orElseThrow();
        LOG.warn(format, why, received.topic(), received.partition(), received.offset());
    }
}
