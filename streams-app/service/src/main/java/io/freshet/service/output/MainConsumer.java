package io.freshet.service.output;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The main consumer of a stream thread, which lets every task begin at its committed offsets, and returns a record only if
 * its schema is known. Kafka Streams uses it with the classic group protocol only.
 *
 * <p>Kafka Streams 4.3 loses records without it. If a task fails, Kafka Streams marks the task's partitions for a reset to
 * their committed offsets, revives the task and starts a rebalance. If the rebalance ends before the task is initialized,
 * Kafka Streams replaces the task and forgets the mark. The new task then skips the records that the failed task had read.
 *
 * <p>Kafka Streams asks for a task's committed offsets when it initializes the task. At that time the task has no
 * records, and its partitions are paused. Therefore this consumer seeks to the committed offsets of paused partitions
 * whenever it is asked for them.
 *
 * <p>If the schema of a record is not known, the consumer returns only the records before it, seeks back to it, and pauses
 * its partition until a {@link SchemaGate} lets it pass. The thread does not wait meanwhile: it polls, and processes its
 * other partitions. Nothing is lost or passed over, because the next offset that Kafka Streams gets is that of the record.
 * A partition that is held back has no lag for Kafka Streams, because with {@code max.task.idle.ms} of 0 or more the whole
 * task would otherwise wait for its records.
 */
final class MainConsumer extends KafkaConsumer<byte[], byte[]> {
    private final boolean beginsAtTheEarliest;
    private final SchemaGate gate;
    private final Map<TopicPartition, Held> held = new HashMap<>();

    /**
     * A partition that this consumer has paused.
     *
     * @param next its next record
     * @param isPaused whether Kafka Streams has paused it, too
     */
    private record Held(ConsumerRecord<byte[], byte[]> next, boolean isPaused) {}

    /** Creates a consumer with a stream thread's configuration. */
    MainConsumer(Map<String, Object> config, SchemaGate gate) {
        super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.gate = gate;
        beginsAtTheEarliest = "earliest".equals(config.get(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG));
    }

    /**
     * Returns the committed offsets, and seeks to them in the partitions that are assigned to this consumer and paused.
     * In a partition without a committed offset, seeks to the earliest record if the configuration says so; otherwise
     * the position does not change.
     */
    @Override
    public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
        Map<TopicPartition, OffsetAndMetadata> committed = super.committed(partitions);
        Set<TopicPartition> toRewind = new HashSet<>(partitions);
        toRewind.retainAll(paused());
        toRewind.removeIf(this::isHeldOnlyHere);
        Set<TopicPartition> uncommitted = new HashSet<>();
        for (TopicPartition partition : toRewind) {
            OffsetAndMetadata offset = committed.get(partition);
            if (offset != null) {
                seek(partition, offset);
            } else {
                uncommitted.add(partition);
            }
        }
        if (beginsAtTheEarliest && !uncommitted.isEmpty()) {
            seekToBeginning(uncommitted);
        }
        return committed;
    }

    /** Returns 0 for a partition that only this consumer has paused, because no record of it can be fetched at the moment. */
    @Override
    public OptionalLong currentLag(TopicPartition partition) {
        return isHeldOnlyHere(partition) ? OptionalLong.of(0) : super.currentLag(partition);
    }

    private boolean isHeldOnlyHere(TopicPartition partition) {
        Held own = held.get(partition);
        return own != null && !own.isPaused;
    }

    /** Returns the records whose schemas are known, up to the first record of each partition whose schema is not. */
    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
        if (gate.isOpen()) {
            return super.poll(timeout);
        }
        forgetLostPartitions();
        Map.copyOf(held).forEach((partition, own) -> {
            if (gate.mayPass(own.next)) {
                release(partition);
            } else {
                gate.waits(partition); // again, in case that the thread that had the partition before has just said the
                // opposite
            }
        });
        ConsumerRecords<byte[], byte[]> records = super.poll(timeout);
        forgetLostPartitions();
        return records.isEmpty() ? records : passing(records);
    }

    private ConsumerRecords<byte[], byte[]> passing(ConsumerRecords<byte[], byte[]> records) {
        Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> passing = new HashMap<>();
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>(records.nextOffsets());
        for (TopicPartition partition : records.partitions()) {
            List<ConsumerRecord<byte[], byte[]>> all = records.records(partition);
            int count = gate.isOpenFor(partition.topic()) ? all.size() : countPassing(all);
            if (count < all.size()) {
                next.put(partition, hold(partition, all, count));
            }
            if (count > 0) {
                passing.put(partition, all.subList(0, count));
            }
        }
        return new ConsumerRecords<>(passing, next);
    }

    /** Returns the number of records before the first that may not pass. Asks for the schemas of all records. */
    private int countPassing(List<ConsumerRecord<byte[], byte[]>> records) {
        int count = records.size();
        for (int i = records.size() - 1; i >= 0; i--) {
            if (!gate.mayPass(records.get(i))) {
                count = i;
            }
        }
        return count;
    }

    /** Holds back a partition from a record on, and returns the record's offset. */
    private OffsetAndMetadata hold(
            TopicPartition partition, List<ConsumerRecord<byte[], byte[]>> records, int position) {
        ConsumerRecord<byte[], byte[]> first = records.get(position);
        Optional<Integer> epoch =
                position == 0 ? Optional.empty() : records.get(position - 1).leaderEpoch();
        OffsetAndMetadata offset = new OffsetAndMetadata(first.offset(), epoch, "");
        super.seek(partition, offset);
        super.pause(Set.of(partition));
        held.put(partition, new Held(first, false));
        gate.waits(partition);
        return offset;
    }

    private void release(TopicPartition partition) {
        Held own = held.remove(partition);
        if (own != null) {
            gate.waitsNoMore(partition);
            if (!own.isPaused) {
                super.resume(Set.of(partition));
            }
        }
    }

    private void forgetLostPartitions() {
        if (!held.isEmpty()) {
            Set<TopicPartition> assigned = assignment();
            held.keySet().removeIf(partition -> {
                boolean isLost = !assigned.contains(partition);
                if (isLost) {
                    gate.waitsNoMore(partition);
                }
                return isLost;
            });
        }
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        super.pause(partitions);
        partitions.forEach(partition -> held.computeIfPresent(partition, (_, own) -> new Held(own.next, true)));
    }

    /** Resumes the partitions that this consumer does not hold back, and notes the others. */
    @Override
    public void resume(Collection<TopicPartition> partitions) {
        List<TopicPartition> free = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            if (held.computeIfPresent(partition, (_, own) -> new Held(own.next, false)) == null) {
                free.add(partition);
            }
        }
        super.resume(free);
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
        release(partition);
        super.seek(partition, offset);
    }

    @Override
    public void seek(TopicPartition partition, OffsetAndMetadata offset) {
        release(partition);
        super.seek(partition, offset);
    }

    @Override
    public void seekToBeginning(Collection<TopicPartition> partitions) {
        partitions.forEach(this::release);
        super.seekToBeginning(partitions);
    }

    @Override
    public void unsubscribe() {
        List.copyOf(held.keySet()).forEach(gate::waitsNoMore);
        held.clear();
        super.unsubscribe();
    }

    @Override
    public void close() {
        held.keySet().forEach(gate::waitsNoMore);
        super.close();
    }

    @Override
    public void close(CloseOptions options) {
        held.keySet().forEach(gate::waitsNoMore);
        super.close(options);
    }
}
