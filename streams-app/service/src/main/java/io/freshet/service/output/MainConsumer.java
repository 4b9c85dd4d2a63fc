package io.freshet.service.output;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The main consumer of a stream thread, which lets every task begin at its committed offsets. Kafka Streams uses it with the
 * classic group protocol only.
 *
 * <p>Kafka Streams 4.3 loses records without it. If a task fails, Kafka Streams marks the task's partitions for a reset to
 * their committed offsets, revives the task and starts a rebalance. If the rebalance ends before the task is initialized,
 * Kafka Streams replaces the task and forgets the mark. The new task then skips the records that the failed task had read.
 *
 * <p>Kafka Streams asks for a task's committed offsets when it initializes the task. At that time the task has no
 * records, and its partitions are paused. Therefore this consumer seeks to the committed offsets of paused partitions
 * whenever it is asked for them.
 */
final class MainConsumer extends KafkaConsumer<byte[], byte[]> {
    private final boolean beginsAtTheEarliest;

    /** Creates a consumer with a stream thread's configuration. */
    MainConsumer(Map<String, Object> config) {
        super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
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
}
