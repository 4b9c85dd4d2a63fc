package io.freshet.service.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.junit.jupiter.api.Test;

final class SourcePartitionsTest {
    private static final Node NODE = new Node(1, "localhost", 9092);

    @Test
    void shouldLeaveOutPartitionsThatWereAddedSinceTheFirstLook() {
        SourcePartitions partitions = new SourcePartitions();
        assertThat(partitions.limited(cluster(2)).partitionCountForTopic("clicks"))
                .isEqualTo(2);

        Cluster limited = partitions.limited(cluster(5));

        assertThat(limited.partitionsForTopic("clicks"))
                .extracting(PartitionInfo::partition)
                .containsExactlyInAnyOrder(0, 1);
        assertThat(limited.nodes()).containsExactly(NODE);
    }

    /** Covers an instance that becomes the group's leader only after partitions were added. */
    @Test
    void shouldLeaveOutPartitionsThatWereAddedBeforeTheFirstLook() {
        SourcePartitions partitions = new SourcePartitions();
        partitions.keepTo(Map.of("clicks", 2));

        assertThat(partitions.limited(cluster(5)).partitionCountForTopic("clicks"))
                .isEqualTo(2);
    }

    @Test
    void shouldLeaveTheClientsAsTheyAreWhereBrokersSharePartitionsOut() {
        SourcePartitions partitions = new SourcePartitions();
        KafkaClientSupplier clients = new DefaultKafkaClientSupplier();

        assertThat(partitions.clients(Map.of("group.protocol", "streams"), clients))
                .isSameAs(clients);
        assertThat(partitions.clients(Map.of(), clients)).isNotSameAs(clients);
    }

    private static Cluster cluster(int partitions) {
        Node[] replicas = {NODE};
        List<PartitionInfo> infos = IntStream.range(0, partitions)
                .mapToObj(number -> new PartitionInfo("clicks", number, NODE, replicas, replicas))
                .toList();
        return new Cluster("id", List.of(NODE), infos, Set.of(), Set.of());
    }
}
