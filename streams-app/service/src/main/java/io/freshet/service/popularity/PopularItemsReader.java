package io.freshet.service.popularity;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.store.format.FormatException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Merges the popular items of each partition into one list. A record that cannot be read changes nothing. */
public final class PopularItemsReader extends ContextualProcessor<byte[], byte[], Void, Void> {
    private static final Logger LOG = LoggerFactory.getLogger(PopularItemsReader.class);

    /** Maximum digits of a partition number: enough for more partitions than a cluster has. */
    private static final int LONGEST_KEY = 6;

    private final Trending trending;

    public PopularItemsReader(Trending trending) {
        this.trending = trending;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        byte @Nullable [] value = record.value();
        try {
            trending.put(partitionOf(record.key()), value == null ? null : PopularItemsCodec.decode(value));
        } catch (IllegalArgumentException | FormatException e) {
            RecordMetadata received = context().recordMetadata().orElseThrow();
            LOG.warn(
                    "Ignored a record of popular items: topic={} partition={} offset={}: {}",
                    received.topic(),
                    received.partition(),
                    received.offset(),
                    e.getMessage());
        }
    }

    private static int partitionOf(byte @Nullable [] key) {
        if (key == null || key.length > LONGEST_KEY) {
            throw new IllegalArgumentException("a key must be the number of a partition: bytes="
                    + (key == null ? "none" : Integer.toString(key.length)));
        }
        int partition = Integer.parseInt(new String(key, UTF_8));
        if (partition < 0) {
            throw new IllegalArgumentException("a key must be the number of a partition: key=" + partition);
        }
        return partition;
    }
}
