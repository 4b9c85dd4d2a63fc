package io.freshet.app.feed;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Clicks that earlier runs on the same state have already produced: the number of records, and for each partition the
 * source position of the last click.
 *
 * <p>An idempotent producer preserves the order within a partition, so every click up to that position is on the
 * partition. This is why each click carries its position as a header. Records of other producers, without the header,
 * are skipped.
 */
public final class ProducedClicks {
    /** Big-endian {@code i64}: position of the click in its source. */
    static final String POSITION_HEADER = "freshet-source-position";

    private static final int FIRST_STEP_BACK = 100;

    private final long[] lastPositions; // (partitions), 0 if there is none
    private final long records;

    private ProducedClicks(long[] lastPositions, long records) {
        this.lastPositions = lastPositions;
        this.records = records;
    }

    /** Returns an empty instance, for a source that has not been on this topic. */
    static ProducedClicks none(int partitions) {
        return new ProducedClicks(new long[partitions], 0);
    }

    /** Reads the ends of the topic's partitions. */
    public static ProducedClicks read(Map<String, Object> consumerProperties, String topic, int partitions) {
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(consumerProperties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            long[] lastPositions = new long[partitions];
            long records = 0;
            for (int partition = 0; partition < partitions; partition++) {
                TopicPartition place = new TopicPartition(topic, partition);
                consumer.assign(List.of(place));
                long end = consumer.endOffsets(List.of(place)).getOrDefault(place, 0L);
                long beginning = consumer.beginningOffsets(List.of(place)).getOrDefault(place, 0L);
                lastPositions[partition] = lastPosition(consumer, place, beginning, end);
                records += end;
            }
            return new ProducedClicks(lastPositions, records);
        }
    }

    private static long lastPosition(
            Consumer<byte[], byte[]> consumer, TopicPartition place, long beginning, long end) {
        long found = 0;
        long from = end;
        for (long step = FIRST_STEP_BACK; found == 0 && from > beginning; step *= 10) {
            from = Math.max(beginning, from - step);
            consumer.seek(place, from);
            while (consumer.position(place) < end) {
                for (ConsumerRecord<byte[], byte[]> click : consumer.poll(Duration.ofSeconds(1))) {
                    found = Math.max(found, positionOf(click));
                }
            }
        }
        return found;
    }

    private static long positionOf(ConsumerRecord<byte[], byte[]> click) {
        Header header = click.headers().lastHeader(POSITION_HEADER);
        return header == null || header.value().length != Long.BYTES
                ? 0
                : ByteBuffer.wrap(header.value()).getLong();
    }

    boolean contains(int partition, long position) {
        return position <= lastPositions[partition];
    }

    /** Returns the number of records on the topic when it was read, including those of other producers. */
    public long records() {
        return records;
    }

    @Override
    public String toString() {
        return records + " records, last positions " + Arrays.toString(lastPositions);
    }
}
