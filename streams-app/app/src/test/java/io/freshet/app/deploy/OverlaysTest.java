package io.freshet.app.deploy;

import static io.freshet.app.deploy.Manifests.nameOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.TopicKeys;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Builds the base and every overlay with {@code kubectl kustomize}, and validates each resource with its kind's schema. */
final class OverlaysTest {
    private static final Path PRODUCTION = Manifests.K8S.resolve("overlays/production");

    /** An overlay of a user who keeps the model store in a bucket. */
    private static final String WITH_A_BUCKET = """
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            resources: [../../../../k8s/base]
            components: [../../../../k8s/components/bucket]
            configMapGenerator:
              - name: freshet-settings
                behavior: merge
                literals:
                  - FRESHET_MODEL_STORE_URL=s3://models/shop
                  - FRESHET_MODEL_STORE_S3_ENDPOINT=http://minio.minio:9000
                  - FRESHET_MODEL_STORE_S3_PATH_STYLE=true
            """;

    @TempDir
    private Path folder;

    static Stream<Path> folders() throws IOException {
        try (Stream<Path> overlays = Files.list(Manifests.K8S.resolve("overlays"))) {
            return Stream.concat(
                    Stream.of(Manifests.BASE),
                    overlays
                            .filter(overlay -> Files.exists(overlay.resolve("kustomization.yaml")))
                            .sorted()
                            .toList()
                            .stream());
        }
    }

    @BeforeAll
    static void assumeKustomize() throws IOException, InterruptedException {
        Kustomize.assumePresent();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void shouldBuild(Path overlay) throws IOException, InterruptedException {
        Manifests built = Kustomize.shared(overlay);

        assertThat(built.names()).contains("StatefulSet freshet-streams", "StatefulSet freshet-trainer");
        assertThat(built.names()).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void shouldConfigureWhatFreshetUnderstands(Path overlay) throws IOException, InterruptedException {
        Manifests built = Kustomize.shared(overlay);

        for (Workload role : Workload.of(built)) {
            FreshetConfig config = role.config(built, propertiesOf(built), role.name() + "-0");

            assertThat(config.http().port()).isEqualTo(8080);
            assertThat(new MemoryFormula(role, config).bound()).isLessThan(role.memoryLimitBytes());
            assertThat(faults(ConsumerConfig.configDef(), config.kafka().forConsumer()))
                    .isEmpty();
            assertThat(faults(ProducerConfig.configDef(), config.kafka().forProducer()))
                    .isEmpty();
        }
    }

    /**
     * Every ConfigMap and Secret that is used must be in the output, come from Strimzi, or be a Secret that the user
     * creates.
     */
    @ParameterizedTest
    @MethodSource("folders")
    void shouldNameOnlySecretsAndSettingsThatExist(Path overlay) throws IOException, InterruptedException {
        Manifests built = Kustomize.shared(overlay);
        Set<String> known =
                new HashSet<>(Set.of("freshet-http", "freshet-s3", "freshet-streams-kafka", "freshet-trainer-kafka"));
        built.all(V1ConfigMap.class).forEach(map -> known.add(map.getMetadata().getName()));
        built.all(V1Secret.class)
                .forEach(secret -> known.add(secret.getMetadata().getName()));
        built.all("Kafka").forEach(kafka -> known.add(nameOf(kafka) + "-cluster-ca-cert"));
        built.all("KafkaUser").forEach(user -> known.add(nameOf(user)));

        for (JsonNode resource : built.resources()) {
            assertThat(known).containsAll(secretsIn(resource));
        }
    }

    /** Freshet's own pods are checked with the base. */
    @ParameterizedTest
    @MethodSource("folders")
    void shouldLetARestrictedNamespaceTakeKafkasPods(Path overlay) throws IOException, InterruptedException {
        Manifests built = Kustomize.shared(overlay);

        assertThat(built.all(V1Namespace.class))
                .allSatisfy(namespace -> assertThat(namespace.getMetadata().getLabels())
                        .containsEntry("pod-security.kubernetes.io/enforce", "restricted"));
        for (JsonNode pool : built.all("KafkaNodePool")) {
            JsonNode template = pool.at("/spec/template");
            assertThat(template.at("/pod/securityContext/runAsNonRoot").asBoolean())
                    .isTrue();
            assertThat(template.at("/pod/securityContext/seccompProfile/type").asText())
                    .isEqualTo("RuntimeDefault");
            JsonNode container = template.at("/kafkaContainer/securityContext");
            assertThat(container.path("allowPrivilegeEscalation").asBoolean(true))
                    .isFalse();
            assertThat(container.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
        }
    }

    @Test
    void shouldScaleToThePartitionsAndNoFurther() throws IOException, InterruptedException {
        Manifests built = Kustomize.shared(PRODUCTION);
        FreshetConfig config = Workload.of(built, "streams").config(built, propertiesOf(built), "freshet-streams-0");
        JsonNode scaler = built.all("ScaledObject").getFirst().path("spec");

        int partitions = config.get(TopicKeys.PARTITIONS);

        assertThat(scaler.path("maxReplicaCount").asInt()).isEqualTo(partitions);
        assertThat(topic(built, config.get(TopicKeys.CLICKS))
                        .at("/spec/partitions")
                        .asInt())
                .isEqualTo(partitions);
        assertThat(scaler.at("/triggers/0/metadata/topic").asText()).isEqualTo(config.get(TopicKeys.CLICKS));
        assertThat(scaler.at("/triggers/0/metadata/consumerGroup").asText())
                .isEqualTo(config.get(ProcessKeys.APPLICATION_ID));
        assertThat(scaler.at("/triggers/0/metadata/bootstrapServers").asText())
                .isEqualTo(config.kafka().bootstrapServers());
        assertThat(Workload.of(built, "streams").spec().getReplicas()).isNull();
    }

    @Test
    void shouldHoldTheNumberOfPodsWhileOneRestores() throws IOException, InterruptedException {
        JsonNode production = Kustomize.shared(PRODUCTION).all("ScaledObject").getFirst();
        JsonNode scaler = production.path("spec");
        String target = scaler.at("/advanced/scalingModifiers/target").asText();
        String namespace = production.at("/metadata/namespace").asText();

        assertThat(scaler.at("/advanced/scalingModifiers/formula").asText())
                .isEqualTo("unready > 0 ? pods * " + target + " : lag");
        assertThat(scaler.path("triggers").findValuesAsText("name")).contains("lag", "pods", "unready");
        assertThat(scaler.at("/triggers/2/metadata/query").asText())
                .contains("freshet_ready{namespace=\"" + namespace
                        + "\", service=\"freshet\", app_kubernetes_io_component=\"streams\"}");
    }

    @Test
    void shouldNeedNoSharedVolumeWhenTheModelStoreIsABucket() throws IOException, InterruptedException {
        Path overlay = Files.createDirectories(Path.of("target", "overlay-with-a-bucket"));
        Files.writeString(overlay.resolve("kustomization.yaml"), WITH_A_BUCKET);
        Manifests built = Kustomize.shared(overlay);

        assertThat(built.names()).doesNotContain("PersistentVolumeClaim freshet-models");
        for (Workload role : Workload.of(built)) {
            FreshetConfig config = role.config(built, propertiesOf(built), role.name() + "-0");
            assertThat(config.modelStore()).hasToString("s3://models/shop");
            assertThat(config.s3().endpoint()).hasHost("minio.minio").hasPort(9000);
            assertThat(config.s3().pathStyle()).isTrue();
            assertThat(role.mountPaths())
                    .contains(config.get(ProcessKeys.STATE_DIR).toString(), "/tmp")
                    .doesNotContain(config.modelStorePath().toString());
            assertThat(role.pod().getVolumes()).extracting(V1Volume::getName).doesNotContain("models");
        }
    }

    private Path propertiesOf(Manifests built) throws IOException {
        V1ConfigMap map = built.all(V1ConfigMap.class).stream()
                .filter(candidate ->
                        candidate.getData() != null && candidate.getData().containsKey("freshet.properties"))
                .findFirst()
                .orElseThrow();
        return Files.writeString(
                folder.resolve("freshet.properties"), map.getData().get("freshet.properties"));
    }

    /** Returns what Kafka's client does not accept. */
    static List<String> faults(ConfigDef definition, Map<String, Object> settings) {
        Map<String, String> texts = new HashMap<>();
        settings.forEach((key, value) -> texts.put(key, String.valueOf(value)));
        texts.put("key.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
        texts.put("value.serializer", "org.apache.kafka.common.serialization.ByteArraySerializer");
        texts.put("key.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        texts.put("value.deserializer", "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        return definition.validate(texts).stream()
                .flatMap((ConfigValue value) -> value.errorMessages().stream())
                .toList();
    }

    private static JsonNode topic(Manifests built, String name) {
        return built.all("KafkaTopic").stream()
                .filter(topic -> nameOf(topic).equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Set<String> secretsIn(JsonNode resource) {
        Set<String> names = new HashSet<>(resource.findValuesAsText("secretName"));
        for (String reference :
                List.of("secretKeyRef", "configMapKeyRef", "configMapRef", "secretRef", "configMap", "credentials")) {
            resource.findValues(reference)
                    .forEach(found -> names.add(found.path("name").asText()));
        }
        resource.findValues("secretTargetRef").forEach(found -> names.addAll(found.findValuesAsText("name")));
        return names;
    }
}
