package io.freshet.training.input;

import io.freshet.training.config.KafkaClients;
import io.freshet.training.failure.MissingRecordsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * The records of some partitions between fixed offsets, in {@link MergedOrder}: by their timestamps, with those of equal
 * time in the order in which the ranges are given. Every reading returns the same records in the same order. A reading
 * fetches only from partitions whose next record it needs, so it holds few records. Owns the consumer. Not thread-safe.
 */
public final class RecordsByTime implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Consumer<byte[], byte[]> consumer;
    private final List<Range> ranges;
    private final long nowMs;

    /**
     * Records of a partition.
     *
     * @param from offset of the first record, or one before it
     * @param to offset after the last record, at most the end of the partition
     */
    public record Range(TopicPartition partition, long from, long to) {
        /** Returns an upper bound of the number of records. */
        public long offsets() {
            return Math.max(0, to - from);
        }
    }

    /**
     * Creates a reader.
     *
     * @param consumer a consumer without a subscription and without an offset reset policy
     * @param nowMs the time that counts for records whose timestamps are after it, in epoch milliseconds
     */
    public RecordsByTime(Consumer<byte[], byte[]> consumer, List<Range> ranges, long nowMs) {
        this.consumer = consumer;
        this.ranges = List.copyOf(ranges);
        this.nowMs = nowMs;
    }

    /** Returns the time of a record in the order. */
    public long timeOf(ConsumerRecord<byte[], byte[]> record) {
        return Math.min(record.timestamp(), nowMs);
    }

    /**
     * Reads all records from the beginning of the ranges.
     *
     * @param reader receives each record
     * @param stopped whether to read no further, also while no record comes
     * @throws MissingRecordsException if retention has deleted records of a range
     * @throws TimeoutException if nothing comes from the brokers for a minute
     */
    public void readUntil(BooleanSupplier stopped, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        Reading reading = new Reading();
        while (!stopped.getAsBoolean()) {
            InputPartition first = reading.order.first();
            if (first != null) {
                first.take(1, reader);
            } else if (reading.order.isExhausted()) {
                return;
            } else {
                reading.fetchAwaited();
            }
        }
    }

    /** One reading of all ranges. */
    private final class Reading {
        private final Map<TopicPartition, InputPartition> partitions = new LinkedHashMap<>();
        private final Map<TopicPartition, Long> ends = new LinkedHashMap<>();
        private final MergedOrder order;
        private long silentNanos; // time of the polls that have brought nothing, since one has

        Reading() {
            for (Range range : ranges) {
                InputPartition partition = new InputPartition(range.partition(), range.from());
                partition.setExhausted(range.offsets() == 0);
                partitions.put(range.partition(), partition);
                ends.put(range.partition(), range.to());
            }
            order = new MergedOrder(new ArrayList<>(partitions.values()));
            List<Range> filled =
                    ranges.stream().filter(range -> range.offsets() > 0).toList();
            consumer.assign(filled.stream().map(Range::partition).toList());
            filled.forEach(range -> consumer.seek(range.partition(), range.from()));
        }

        void fetchAwaited() {
            List<TopicPartition> awaited =
                    order.awaited().stream().map(InputPartition::partition).toList();
            consumer.pause(consumer.assignment());
            consumer.resume(awaited);
            List<Long> before = positions(awaited);
            long started = System.nanoTime();
            poll().forEach(this::add);
            silentNanos += System.nanoTime() - started;
            for (TopicPartition partition : awaited) {
                partition(partition).setExhausted(consumer.position(partition) >= end(partition));
            }
            if (!positions(awaited).equals(before)) { // markers and aborted records move a position, too
                silentNanos = 0;
            } else if (silentNanos > PATIENCE.toNanos()) {
                throw new TimeoutException("no record has come for " + PATIENCE.toSeconds() + " s from " + awaited);
            }
        }

        private List<Long> positions(List<TopicPartition> of) {
            return of.stream().map(consumer::position).toList();
        }

        private ConsumerRecords<byte[], byte[]> poll() {
            try {
                return consumer.poll(POLL);
            } catch (OffsetOutOfRangeException e) {
                throw new MissingRecordsException(
                        "records must be kept until they have been read, but retention has deleted some meanwhile: "
                                + e.offsetOutOfRangePartitions().keySet());
            }
        }

        private void add(ConsumerRecord<byte[], byte[]> record) {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            if (record.offset() < end(partition)) {
                partition(partition).add(record, nowMs);
            }
        }

        private InputPartition partition(TopicPartition partition) {
            return Objects.requireNonNull(partitions.get(partition));
        }

        private long end(TopicPartition partition) {
            return Objects.requireNonNull(ends.get(partition));
        }
    }

    @Override
    public void close() {
        KafkaClients.close(consumer);
    }
}
