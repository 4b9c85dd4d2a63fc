package io.freshet.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.format.FormatException;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes what is popular in each partition into one list. A record that cannot be read changes nothing. */
final class PopularItemsReader extends ContextualProcessor<byte[], byte[], Void, Void> {
    private static final Logger LOG = LoggerFactory.getLogger(PopularItemsReader.class);

    private final Trending trending;

    PopularItemsReader(Trending trending) {
        this.trending = trending;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        byte @Nullable [] value = record.value();
        try {
            int partition = Integer.parseInt(new String(record.key(), UTF_8));
            trending.put(partition, value == null ? null : PopularItemsCodec.decode(value));
        } catch (NumberFormatException | FormatException e) {
            RecordMetadata received = context().recordMetadata().orElseThrow();
            LOG.warn(
                    "Left out popular items: topic={} partition={} offset={}",
                    received.topic(),
                    received.partition(),
                    received.offset(),
                    e);
        }
    }
}
