package io.freshet.service.runtime;

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
 * Restricts the assignment to the partitions that topics had when the state was made, or when this client first assigned
 * them. Otherwise Kafka Streams would assign partitions added while it runs, find that its changelogs have fewer, and stop
 * every instance. Thread-safe.
 */
final class SourcePartitions {
    private static final String KEY = "freshet.source.partitions";

    private final Map<String, Integer> countByTopic = new ConcurrentHashMap<>();

    /**
     * Sets the partition counts from the start. Only the group leader assigns partitions, and an instance that becomes the
     * leader later must not accept partitions added before that.
     *
     * @param counts number of partitions of each topic with which the state was made
     */
    void keepTo(Map<String, Integer> counts) {
        countByTopic.putAll(counts);
    }

    /**
     * Returns a client supplier that restricts a Kafka Streams client to these partitions. If the brokers assign partitions
     * themselves (another group protocol than classic), there is no assignor to restrict, and the supplier is returned
     * unchanged.
     *
     * @param clients creates the clients
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

    /** Returns the cluster metadata without the added partitions. */
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

    /** Kafka Streams' own assignor, applied to the limited cluster. The consumer instantiates it by name. */
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
