package io.freshet.app.feed;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.service.output.ImportMark;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Clicks of a source that earlier runs have already produced: the number of records, and for each partition the source
 * position of the last click. The source is a demo's, or an import.
 *
 * <p>An idempotent producer preserves the order within a partition, so every click up to that position is on the
 * partition. This is why each click carries its position as a header, and that of an import {@link ImportMark} with the
 * id of the import. Records of other producers and other imports are skipped.
 */
public final class ProducedClicks {
    /** Big-endian {@code i64}: position of the click in its source. */
    private static final String POSITION_HEADER = "freshet-source-position";

    private static final int FIRST_STEP_BACK = 100;

    private final @Nullable String importId;
    private final long[] lastPositions; // (partitions), 0 if there is none
    private final long records;

    private ProducedClicks(@Nullable String importId, long[] lastPositions, long records) {
        this.importId = importId;
        this.lastPositions = lastPositions;
        this.records = records;
    }

    /** Returns an empty instance, for a source that has not been on this topic. */
    static ProducedClicks none(int partitions) {
        return new ProducedClicks(null, new long[partitions], 0);
    }

    /** Reads the ends of the topic's partitions, for the source of a demo. */
    public static ProducedClicks read(Map<String, Object> consumerProperties, String topic, int partitions) {
        return read(consumerProperties, topic, partitions, null, new StopSignal());
    }

    /**
     * Reads the ends of the topic's partitions. Reads whole partitions if they have no click of the import.
     *
     * @param importId id of an import; null for the source of a demo
     * @param stop ends the reading early; then the result must not be used
     */
    static ProducedClicks read(
            Map<String, Object> consumerProperties,
            String topic,
            int partitions,
            @Nullable String importId,
            StopSignal stop) {
        Map<String, Object> properties = new HashMap<>(consumerProperties);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted"); // to reach the end in any case
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            long[] lastPositions = new long[partitions];
            long records = 0;
            for (int partition = 0; partition < partitions; partition++) {
                TopicPartition place = new TopicPartition(topic, partition);
                consumer.assign(List.of(place));
                long end = consumer.endOffsets(List.of(place)).getOrDefault(place, 0L);
                long beginning = consumer.beginningOffsets(List.of(place)).getOrDefault(place, 0L);
                lastPositions[partition] = lastPosition(consumer, place, beginning, end, importId, stop);
                records += end;
            }
            return new ProducedClicks(importId, lastPositions, records);
        }
    }

    private static long lastPosition(
            Consumer<byte[], byte[]> consumer,
            TopicPartition place,
            long beginning,
            long end,
            @Nullable String importId,
            StopSignal stop) {
        long found = 0;
        long from = end;
        for (long step = FIRST_STEP_BACK; found == 0 && from > beginning && !stop.isRaised(); step *= 10) {
            from = Math.max(beginning, from - step);
            consumer.seek(place, from);
            while (consumer.position(place) < end && !stop.isRaised()) {
                for (ConsumerRecord<byte[], byte[]> click : consumer.poll(Duration.ofSeconds(1))) {
                    found = Math.max(found, positionOf(click, importId));
                }
            }
        }
        return found;
    }

    private static long positionOf(ConsumerRecord<byte[], byte[]> click, @Nullable String importId) {
        Header header = click.headers().lastHeader(POSITION_HEADER);
        Header mark = click.headers().lastHeader(ImportMark.HEADER);
        String foundId = mark == null || mark.value() == null ? null : new String(mark.value(), UTF_8);
        return header == null
                        || header.value() == null
                        || header.value().length != Long.BYTES
                        || !Objects.equals(foundId, importId)
                ? 0
                : ByteBuffer.wrap(header.value()).getLong();
    }

    /** Returns the headers of the source's click at a position. */
    List<Header> headersOf(long position) {
        Header place = new RecordHeader(
                POSITION_HEADER,
                ByteBuffer.allocate(Long.BYTES).putLong(position).array());
        return importId == null
                ? List.of(place)
                : List.of(place, new RecordHeader(ImportMark.HEADER, importId.getBytes(UTF_8)));
    }

    /** Returns whether the source is an import. */
    boolean isImport() {
        return importId != null;
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
