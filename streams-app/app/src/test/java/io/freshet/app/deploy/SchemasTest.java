package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Validates each file as it is, and then with one planted error, which must be reported by name. */
final class SchemasTest {
    @ParameterizedTest(name = "{0}: {1} -> {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
            # unknown fields
            base/streams.yaml                            | nodeSelector:           | nodeSelektor:            | nodeSelektor
            base/streams.yaml                            | failureThreshold: 60    | failuresAllowed: 60      | failuresAllowed
            base/network.yaml                            | endPort: 9094           | lastPort: 9094           | lastPort
            base/disruptions.yaml                        | maxUnavailable: 1       | maxUnavailble: 1         | maxUnavailble
            components/kafka-cluster/cluster.yaml        | listeners:              | listener:                | listener
            components/kafka-cluster/cluster.yaml        | kraftMetadata: shared   | kraft: shared            | kraft
            components/kafka/topics.yaml                 | partitions: 32          | partition: 32            | partition
            components/kafka/users.yaml                  | operations: [Describe   | operation: [Describe     | operation
            components/autoscaling/scaled-object.yaml    | maxReplicaCount: 32     | maxReplicas: 32          | maxReplicas
            components/autoscaling/scaled-object.yaml    | lagThreshold:           | threshold:               | threshold
            components/autoscaling/scaled-object.yaml    | secretTargetRef:        | secretRef:               | secretRef
            components/monitoring/service-monitor.yaml   | path: /metrics          | paths: /metrics          | paths
            components/network/eks/network.yaml          | cidr: 169.254.170.23/32 | cidrs: 169.254.170.23/32 | cidrs
            components/monitoring/alerts.yaml            | severity: critical      | severity: {of: critical} | severity
            components/monitoring/alerts.yaml            | for: 2m                 | after: 2m                | after
            # wrong types
            base/streams.yaml                            | replicas: 2             | replicas: two            | two
            base/streams.yaml                            | replicas: 2             | replicas: "2"          | replicas
            base/streams.yaml                            | value: $(POD_NAME)      | value: 8080              | 8080
            base/streams.yaml                            | memory: 3Gi             | memory: 3Gx              | suffix
            base/streams.yaml                            | readOnly: true          | readOnly: "yes"        | readOnly
            components/kafka-cluster/cluster.yaml        | port: 9093              | port: tls                | port
            components/kafka-cluster/cluster.yaml        | type: persistent-claim  | type: persistent         | persistent
            components/kafka/topics.yaml                 | partitions: 32          | partitions: many         | many
            components/kafka/topics.yaml                 | partitions: 32          | partitions: "32"       | partitions
            components/kafka/users.yaml                  | type: transactionalId   | type: transaction        | transaction
            components/kafka/users.yaml                  | patternType: prefix     | patternType: begin       | begin
            components/autoscaling/scaled-object.yaml    | maxReplicaCount: 32     | maxReplicaCount: "32"  | maxReplicaCount
            components/autoscaling/scaled-object.yaml    | lagThreshold: "5000"  | lagThreshold: 5000       | lagThreshold
            components/monitoring/service-monitor.yaml   | interval: 15s           | interval: 15             | interval
            components/monitoring/alerts.yaml            | for: 2m                 | for: soon                | for
            # missing fields
            base/streams.yaml                            | containerPort: 8080     | hostPort: 8080           | containerPort
            base/streams.yaml                            | - name: freshet         | - tty: false             | name
            components/kafka-cluster/cluster.yaml        | port: 9093              | #                        | port
            components/kafka/users.yaml                  | operations: [Describe   | # [Describe              | operations
            components/kafka-cluster/cluster.yaml        | replicas: 3             | #                        | replicas
            components/autoscaling/scaled-object.yaml    | name: freshet-streams   | #                        | name
            components/autoscaling/scaled-object.yaml    | consumerGroup: freshet  | #                        | consumerGroup
            components/autoscaling/scaled-object.yaml    | parameter: cert         | #                        | parameter
            components/monitoring/service-monitor.yaml   | key: token              | #                        | key
            components/monitoring/alerts.yaml            | expr: sum               | # sum                    | expr
            """)
    void shouldRefuseAFileWhenOneFaultIsPlanted(Path file, String right, String wrong, String named) {
        String text = Manifests.read(Manifests.K8S.resolve(file));
        assertThat(text).contains(right);

        assertThatCode(() -> Manifests.parse(text)).doesNotThrowAnyException();
        assertThatThrownBy(() -> Manifests.parse(text.replace(right, wrong)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named);
    }
}
