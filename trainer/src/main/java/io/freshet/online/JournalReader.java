package io.freshet.online;

import io.freshet.delta.ModelLogCodec;
import io.freshet.delta.ModelLogRecord;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads the committed model log from an offset to the end that it has when the reading begins. Owns the consumer. Not
 * thread-safe.
 */
final class JournalReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final Consumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();
    private final long end;

    /**
     * Stands at {@code offset}.
     *
     * @throws IllegalStateException if the log does not hold everything from there on
     */
    JournalReader(Consumer<byte[], byte[]> consumer, String topic, long offset) {
        this.consumer = consumer;
        this.partition = new TopicPartition(topic, 0);
        List<TopicPartition> partitions = List.of(partition);
        consumer.assign(partitions);
        long first = only(consumer.beginningOffsets(partitions));
        this.end = only(consumer.endOffsets(partitions));
        if (offset < first || offset > end) {
            throw new IllegalStateException("the model log must hold everything since the snapshot; is it another"
                    + " cluster's, or was its retention too short? partition=" + partition + " snapshot covers up to="
                    + offset + " log begins at=" + first + " log ends at=" + end);
        }
        consumer.seek(partition, offset);
    }

    /** The offset behind the last record. */
    long end() {
        return end;
    }

    /** The next record, or null at the end. */
    @Nullable
    ModelLogRecord next() {
        while (fetched.isEmpty()) {
            if (consumer.position(partition) >= end) {
                return null;
            }
            consumer.poll(POLL).forEach(fetched::add);
        }
        ConsumerRecord<byte[], byte[]> record = fetched.remove();
        return record.offset() < end ? ModelLogCodec.decode(record.value()) : null;
    }

    @Override
    public void close() {
        consumer.close();
    }

    private long only(Map<TopicPartition, Long> offsets) {
        Long offset = offsets.get(partition);
        if (offset == null) {
            throw new IllegalStateException("partition must exist: partition=" + partition);
        }
        return offset;
    }
}
