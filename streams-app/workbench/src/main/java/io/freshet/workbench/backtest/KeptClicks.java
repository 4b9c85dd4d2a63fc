package io.freshet.workbench.backtest;

import io.freshet.service.config.FreshetConfig;
import io.freshet.training.config.KafkaClients;
import io.freshet.training.failure.MissingRecordsException;
import io.freshet.training.input.RecordsByTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The committed records that the topics of clicks hold from a span of time, in the order of their timestamps. The ends of
 * the partitions are fixed when this is opened. Reads without a consumer group, and changes nothing on Kafka. Not
 * thread-safe.
 */
public final class KeptClicks implements AutoCloseable {
    private static final int MOST_RECORDS_OF_A_POLL = 2_000;

    private final List<String> topics;
    private final List<RecordsByTime.Range> ranges;
    private final RecordsByTime records;

    private KeptClicks(List<String> topics, List<RecordsByTime.Range> ranges, RecordsByTime records) {
        this.topics = topics;
        this.ranges = ranges;
        this.records = records;
    }

    /**
     * Finds the records.
     *
     * @param from in each partition, the first record that is not older is the first one; null for all kept records
     * @param to in each partition, the first record that is not older is no longer read; null for all records until now
     * @throws BacktestException if a topic does not exist
     */
    public static KeptClicks open(FreshetConfig config, @Nullable Instant from, @Nullable Instant to, Instant now)
            throws BacktestException {
        Consumer<byte[], byte[]> consumer = KafkaClients.consumer(config.trainer(), "backtest", MOST_RECORDS_OF_A_POLL);
        try {
            List<String> topics = config.clickTopics();
            List<RecordsByTime.Range> ranges = ranges(consumer, partitions(consumer, topics), from, to);
            return new KeptClicks(topics, ranges, new RecordsByTime(consumer, ranges, now.toEpochMilli()));
        } catch (BacktestException | RuntimeException e) {
            KafkaClients.close(consumer);
            throw e;
        }
    }

    private static List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer, List<String> topics)
            throws BacktestException {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : topics) {
            List<PartitionInfo> found = consumer.partitionsFor(topic);
            if (found == null || found.isEmpty()) {
                throw new BacktestException("There is no topic " + topic
                        + ". topics.clicks must name the topics of clicks of a running system");
            }
            found.stream()
                    .map(PartitionInfo::partition)
                    .sorted(Comparator.naturalOrder())
                    .forEach(partition -> partitions.add(new TopicPartition(topic, partition)));
        }
        return partitions;
    }

    private static List<RecordsByTime.Range> ranges(
            Consumer<byte[], byte[]> consumer,
            List<TopicPartition> partitions,
            @Nullable Instant from,
            @Nullable Instant to) {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        Map<TopicPartition, Long> first =
                from == null ? consumer.beginningOffsets(partitions) : offsetsAt(consumer, from, ends);
        Map<TopicPartition, Long> last = to == null ? ends : offsetsAt(consumer, to, ends);
        return partitions.stream()
                .map(partition -> new RecordsByTime.Range(
                        partition, first.getOrDefault(partition, 0L), last.getOrDefault(partition, 0L)))
                .toList();
    }

    /** Returns the offset of the first record that is not older than a time, or the end if there is none. */
    private static Map<TopicPartition, Long> offsetsAt(
            Consumer<byte[], byte[]> consumer, Instant time, Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> times = new HashMap<>();
        ends.keySet().forEach(partition -> times.put(partition, Math.max(0, time.toEpochMilli())));
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
        Map<TopicPartition, Long> offsets = new HashMap<>();
        ends.forEach((partition, end) -> {
            OffsetAndTimestamp at = found.get(partition);
            offsets.put(partition, at == null ? end : Math.min(end, at.offset()));
        });
        return offsets;
    }

    public List<String> topics() {
        return topics;
    }

    /** Returns the number of partitions of each topic. */
    public int partitions() {
        return ranges.size() / topics.size();
    }

    /** Returns an upper bound of the number of records. */
    public long offsets() {
        return ranges.stream().mapToLong(RecordsByTime.Range::offsets).sum();
    }

    /** Returns the time of a record, no later than the moment when this was opened. */
    long timeOf(ConsumerRecord<byte[], byte[]> record) {
        return records.timeOf(record);
    }

    /**
     * Reads the records from the beginning.
     *
     * @param stopped whether to read no further
     * @param reader receives each record
     * @throws BacktestException if retention has deleted some of the records meanwhile
     */
    void readUntil(BooleanSupplier stopped, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> reader)
            throws BacktestException {
        try {
            records.readUntil(stopped, reader);
        } catch (MissingRecordsException e) {
            throw new BacktestException(
                    "Retention has deleted records before they were read. Choose a later --from", e);
        }
    }

    @Override
    public void close() {
        records.close();
    }
}
