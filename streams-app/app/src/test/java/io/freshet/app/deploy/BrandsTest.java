package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Builds brands with other names, in one namespace and in two, and checks that every reference follows. */
final class BrandsTest {
    private static final Path OVERLAYS = Manifests.K8S.resolve("overlays");
    private static final Path BRANDS = OVERLAYS.resolve("brands");
    private static final Manifests NOTHING = new Manifests(List.of());

    private static Manifests kafka = NOTHING;
    private static Manifests north = NOTHING;

    @TempDir
    private Path folder;

    @BeforeAll
    static void build() throws IOException, InterruptedException {
        Kustomize.assumePresent();
        kafka = Kustomize.shared(BRANDS.resolve("kafka"));
        north = Kustomize.shared(BRANDS.resolve("north"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dev", "production"})
    void shouldResolveEveryReferenceOfAnOverlay(String overlay) throws IOException, InterruptedException {
        assertThat(faults(Kustomize.shared(OVERLAYS.resolve(overlay)), NOTHING)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"dev, elsewhere, ''", "dev, elsewhere, eu-", "production, elsewhere, ''", "production, freshet, eu-2-"})
    void shouldResolveEveryReferenceWhenAnOverlayIsRenamed(String overlay, String namespace, String prefix)
            throws IOException, InterruptedException {
        Manifests built = renamed(OVERLAYS.resolve(overlay), namespace, prefix);

        assertThat(built.names())
                .contains("StatefulSet " + prefix + "freshet-streams", "Kafka " + prefix + "freshet-kafka");
        assertThat(faults(built, NOTHING)).isEmpty();
    }

    @Test
    void shouldSeparateTwoBrandsThatShareANamespaceAndKafka() throws IOException, InterruptedException {
        Manifests south = Kustomize.shared(BRANDS.resolve("south"));

        assertThat(north.names()).contains("KafkaTopic north-clicks", "KafkaUser north-freshet-streams");
        assertThat(faults(north, kafka)).isEmpty();
        assertThat(faults(south, kafka)).isEmpty();
        assertThat(BrandReferences.collisions(north, south)).isEmpty();
    }

    /** Strimzi's users must be in the namespace of their Kafka, so each namespace has its own Kafka. */
    @Test
    void shouldSeparateTwoBrandsInNamespacesOfTheirOwn() throws IOException, InterruptedException {
        Manifests north = renamed(OVERLAYS.resolve("production"), "north-shop", "north-");
        Manifests south = renamed(OVERLAYS.resolve("production"), "south-shop", "south-");

        assertThat(faults(north, NOTHING)).isEmpty();
        assertThat(faults(south, NOTHING)).isEmpty();
        assertThat(BrandReferences.collisions(north, south)).isEmpty();
    }

    @Test
    void shouldReportABrandThatCollidesWithItself() {
        assertThat(BrandReferences.collisions(north, north))
                .contains("StatefulSet north-freshet-streams is in both brands")
                .contains("PodDisruptionBudget north-freshet-trainer selects pods of north-freshet")
                .anyMatch(fault -> fault.startsWith("north-freshet has a right of north-freshet"));
    }

    @ParameterizedTest(name = "{0} {1}: {3}")
    @CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = true, textBlock = """
            ScaledObject          | north-freshet-streams    | /spec/scaleTargetRef/name                                      | freshet-streams         | scale target
            ScaledObject          | north-freshet-streams    | /spec/triggers/0/metadata/topic                                | clicks                  | topic
            ScaledObject          | north-freshet-streams    | /spec/triggers/0/metadata/consumerGroup                        | freshet                 | group
            ScaledObject          | north-freshet-streams    | /spec/triggers/0/metadata/bootstrapServers                     | south:9093              | brokers
            ScaledObject          | north-freshet-streams    | /spec/triggers/0/authenticationRef/name                        | freshet-autoscaler      | authentication
            ScaledObject          | north-freshet-streams    | /spec/triggers/1/metadata/query                                | count(up{namespace="freshet"}) | query
            TriggerAuthentication | north-freshet-autoscaler | /spec/secretTargetRef/1/name                                   | freshet-autoscaler      | Secret
            KafkaUser             | north-freshet-streams    | /spec/authorization/acls/0/resource/name                       | freshet                 | right on group
            KafkaUser             | north-freshet-streams    | /spec/authorization/acls/1/resource/name                       | freshet-                | right on topic
            KafkaUser             | north-freshet-streams    | /spec/authorization/acls/2/resource/name                       | south-freshet-          | right on transactionalId
            KafkaUser             | north-freshet-streams    | /spec/authorization/acls/3/resource/name                       | freshet-trainer-        | right on transactionalId
            KafkaUser             | north-freshet-streams    | /spec/authorization/acls/4/resource/name                       | freshet-scorer-         | right on transactionalId
            KafkaUser             | north-freshet-streams    | /spec/authorization/acls/3/type                                | allow                   | right on transactionalId
            KafkaUser             | north-freshet-streams    | /spec/authorization/acls/5/resource/name                       | south-clicks            | right on topic
            KafkaUser             | north-freshet-trainer    | /spec/authorization/acls/0/resource/name                       | north-freshet           | trainer
            KafkaUser             | north-shop-consumer      | /spec/authorization/acls/1/resource/name                       | shop-consumer           | right on group
            KafkaUser             | north-shop-consumer      | /metadata/labels/strimzi.io~1cluster                           | north-freshet-kafka     | cluster
            KafkaTopic            | north-clicks             | /metadata/name                                                 | clicks                  | configured topic
            Service               | north-freshet-http       | /spec/selector/app.kubernetes.io~1instance                     | freshet                 | selects nothing
            ServiceMonitor        | north-freshet            | /spec/selector/matchLabels/app.kubernetes.io~1instance         | freshet                 | must select one
            ServiceMonitor        | north-freshet            | /spec/endpoints/0/authorization/credentials/name               | freshet-http            | Secret
            NetworkPolicy         | north-freshet            | /spec/podSelector/matchLabels/app.kubernetes.io~1instance      | freshet                 | selects nothing
            NetworkPolicy         | north-freshet-streams    | /spec/egress/0/to/0/podSelector/matchLabels/app.kubernetes.io~1instance | south-freshet  | selects nothing
            PodDisruptionBudget   | north-freshet-streams    | /spec/selector/matchLabels/app.kubernetes.io~1instance         | freshet                 | must select one
            StatefulSet           | north-freshet-streams    | /spec/template/metadata/labels/app.kubernetes.io~1instance     | freshet                 | must select one
            StatefulSet           | north-freshet-streams    | /spec/serviceName                                              | freshet                 | service
            StatefulSet           | north-freshet-streams    | /spec/template/spec/serviceAccountName                         | freshet                 | account
            StatefulSet           | north-freshet-streams    | /spec/template/spec/volumes/0/secret/secretName                | south-freshet-kafka-cluster-ca-cert | Secret
            StatefulSet           | north-freshet-streams    | /spec/template/spec/containers/0/envFrom/0/configMapRef/name   | freshet-settings        | ConfigMap
            StatefulSet           | north-freshet-trainer    | /metadata/namespace                                            | freshet                 | namespace
            """)
    void shouldReportOnePlantedMistake(String kind, String name, String pointer, String wrong, String reported)
            throws IOException {
        Manifests brand = new Manifests(
                north.resources().stream().map(JsonNode::<JsonNode>deepCopy).toList());
        JsonNode resource = brand.all(kind).stream()
                .filter(candidate -> Manifests.nameOf(candidate).equals(name))
                .findFirst()
                .orElseThrow();
        assertThat(resource.at(pointer).isTextual()).as(pointer).isTrue();

        set(resource, pointer, wrong);

        assertThat(faults(brand, kafka)).anyMatch(fault -> fault.contains(reported));
    }

    private static void set(JsonNode resource, String pointer, String value) {
        int slash = pointer.lastIndexOf('/');
        String field = pointer.substring(slash + 1).replace("~1", "/");
        JsonNode parent = resource.at(pointer.substring(0, slash));
        if (parent instanceof ArrayNode array) {
            array.set(Integer.parseInt(field), TextNode.valueOf(value));
        } else {
            ((ObjectNode) parent).put(field, value);
        }
    }

    /** Builds a copy of an overlay with another namespace and a prefix. */
    private static Manifests renamed(Path overlay, String namespace, String prefix)
            throws IOException, InterruptedException {
        Path copy = Files.createDirectories(
                Path.of("target", "renamed", overlay.getFileName() + "-" + namespace + "-" + prefix));
        try (Stream<Path> files = Files.list(overlay)) {
            for (Path file : files.toList()) {
                Files.writeString(copy.resolve(file.getFileName()), Manifests.read(file));
            }
        }
        Path k8s =
                copy.toAbsolutePath().relativize(Manifests.K8S.toAbsolutePath().normalize());
        String text = Manifests.read(overlay.resolve("kustomization.yaml"))
                .replaceAll("(?m)^namespace: .*$", "namespace: " + namespace + "\nnamePrefix: \"" + prefix + "\"")
                .replace("../../", k8s + "/");
        Files.writeString(copy.resolve("kustomization.yaml"), text);
        return Kustomize.build(copy);
    }

    private List<String> faults(Manifests brand, Manifests shared) throws IOException {
        V1ConfigMap map = brand.all(V1ConfigMap.class).stream()
                .filter(candidate ->
                        candidate.getData() != null && candidate.getData().containsKey("freshet.properties"))
                .findFirst()
                .orElseThrow();
        Path properties = Files.writeString(
                folder.resolve("freshet.properties"), map.getData().get("freshet.properties"));
        return BrandReferences.faults(brand, shared, properties);
    }
}
