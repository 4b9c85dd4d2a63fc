package io.freshet.topology;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.internals.StreamsPartitionAssignor;
import org.jspecify.annotations.Nullable;

/**
 * Keeps to the partitions that topics had when the state was made, or when this client first shared them out. Kafka Streams itself would share out
 * partitions that are added while it runs, find that its changelogs have fewer, and end every instance. Thread-safe.
 */
final class SourcePartitions {
    private static final String KEY = "freshet.source.partitions";

    private final Map<String, Integer> countByTopic = new ConcurrentHashMap<>();

    /**
     * Keeps to these counts from the start. Only the instance that leads the group shares partitions out, and one that
     * becomes the leader later must not take those for granted that were added since.
     *
     * @param counts partitions of each topic that the state was made with
     */
    void keepTo(Map<String, Integer> counts) {
        countByTopic.putAll(counts);
    }

    /**
     * The clients of a Kafka Streams client that keeps to these partitions. Where the brokers share partitions out
     * themselves, there is no assignor here to tell, and the clients stay as they are.
     *
     * @param clients makes them
     */
    KafkaClientSupplier clients(Map<String, Object> properties, KafkaClientSupplier clients) {
        String protocol = String.valueOf(
                properties.getOrDefault(StreamsConfig.GROUP_PROTOCOL_CONFIG, StreamsConfig.DEFAULT_GROUP_PROTOCOL));
        return GroupProtocol.CLASSIC.name().equalsIgnoreCase(protocol) ? new LimitedClients(this, clients) : clients;
    }

    private record LimitedClients(SourcePartitions partitions, KafkaClientSupplier clients)
            implements KafkaClientSupplier {
        @Override
        public Admin getAdmin(Map<String, Object> config) {
            return clients.getAdmin(config);
        }

        @Override
        public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
            return clients.getProducer(config);
        }

        @Override
        public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
            config.put(KEY, partitions);
            config.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, Assignor.class.getName());
            return clients.getConsumer(config);
        }

        @Override
        public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
            return clients.getRestoreConsumer(config);
        }

        @Override
        public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
            return clients.getGlobalConsumer(config);
        }
    }

    /** The cluster without partitions that were added. */
    Cluster limited(Cluster whole) {
        Set<PartitionInfo> kept = new HashSet<>();
        for (String topic : whole.topics()) {
            List<PartitionInfo> partitions = whole.partitionsForTopic(topic);
            int count = partitions.isEmpty() ? 0 : countByTopic.computeIfAbsent(topic, _ -> partitions.size());
            partitions.stream()
                    .filter(partition -> partition.partition() < count)
                    .forEach(kept::add);
        }
        return new Cluster(
                whole.clusterResource().clusterId(),
                whole.nodes(),
                kept,
                whole.unauthorizedTopics(),
                whole.invalidTopics(),
                whole.internalTopics(),
                whole.controller());
    }

    /** Kafka Streams' own assignor, on the limited cluster. The consumer makes it by its name. */
    public static final class Assignor extends StreamsPartitionAssignor {
        private @Nullable SourcePartitions partitions;

        @Override
        public void configure(Map<String, ?> configs) {
            super.configure(configs);
            partitions = (SourcePartitions) configs.get(KEY);
        }

        @Override
        public GroupAssignment assign(Cluster metadata, GroupSubscription subscriptions) {
            return super.assign(partitions == null ? metadata : partitions.limited(metadata), subscriptions);
        }
    }
}
