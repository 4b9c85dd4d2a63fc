package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.app.cli.Freshet;
import io.freshet.app.rights.Right;
import io.freshet.app.rights.RoleRights;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicPlan;
import io.freshet.service.config.key.ModelStoreKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.config.key.TrainerKeys;
import io.freshet.service.config.key.VariantKeys;
import io.freshet.service.runtime.Role;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1CronJob;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Builds a renamed overlay with each component, and checks it like the base: schemas, references and settings. */
final class ComponentsTest {
    private static final Path COMPONENTS = Manifests.K8S.resolve("components");
    private static final Manifests NOTHING = new Manifests(List.of());
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> NEEDED = List.of("kafka-cluster", "kafka", "monitoring");
    private static final Overlay ALL_OPERATORS =
            Overlay.ofComponents("kafka-cluster", "kafka", "monitoring", "autoscaling");

    private static final Set<String> LOOK = Set.of("Describe", "DescribeConfigs");

    @TempDir
    private Path folder;

    @BeforeAll
    static void assumeKustomize() throws IOException, InterruptedException {
        Kustomize.assumePresent();
    }

    static Stream<String> components() throws IOException {
        try (Stream<Path> files = Files.walk(COMPONENTS)) {
            return files
                    .filter(file -> file.endsWith("kustomization.yaml"))
                    .map(file -> COMPONENTS.relativize(file.getParent()).toString())
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("components")
    void shouldResolveEveryReferenceWithAComponent(String component) throws IOException, InterruptedException {
        Manifests built = with(component).build(folder.resolve("overlay"));

        assertThat(faults(built)).isEmpty();
        assertThat(Workload.withJobs(built)).allSatisfy(KubernetesBaseTest::assertRestricted);
        for (Workload role : Workload.withJobs(built)) {
            FreshetConfig config = role.config(built, properties(built), role.name() + "-0");
            assertThat(new MemoryFormula(role, config).bound()).isLessThan(role.memoryLimitBytes());
            assertThat(OverlaysTest.faults(
                            ConsumerConfig.configDef(), config.kafka().forConsumer()))
                    .isEmpty();
        }
    }

    /** Returns the components that no other component of the overlays needs. */
    static Stream<String> optionalComponents() throws IOException {
        return components().filter(component -> !NEEDED.contains(component));
    }

    /** Otherwise a component that patches nothing would go unnoticed. */
    @ParameterizedTest
    @MethodSource("optionalComponents")
    void shouldChangeSomethingWithAComponent(String component) throws IOException, InterruptedException {
        List<String> others = with(component).components().stream()
                .filter(other -> !other.equals(component) && !component.equals(other + "/kafka"))
                .toList();

        assertThat(with(component).build(folder.resolve("with")))
                .isNotEqualTo(
                        Overlay.ofComponents(others.toArray(String[]::new)).build(folder.resolve("without")));
    }

    /** The users of all pods with a role, several learners and a variant included. */
    @Test
    void shouldGrantEachPodWhatTheCommandPrints() throws IOException, InterruptedException {
        Manifests built = with("scram").build(folder.resolve("overlay"));
        Map<String, JsonNode> users =
                built.all("KafkaUser").stream().collect(Collectors.toMap(Manifests::nameOf, user -> user));

        for (Workload pods : Workload.of(built)) {
            FreshetConfig config =
                    pods.config(built, properties(built), pods.name() + "-0", Map.of("items.catalogue", "filter"));
            List<Right> rights = new ArrayList<>();
            for (Role role : pods.roles()) {
                rights.addAll(RoleRights.of(config, role));
            }
            Map<String, Set<String>> granted =
                    KafkaUserRightsTest.rights(Objects.requireNonNull(users.get(pods.name())));
            // The command does not know the variant, whose settings only its own pods have.
            granted.keySet().removeIf(right -> right.startsWith("deny ") && right.contains("-trainer-candidate\""));
            assertThat(granted).as(pods.name()).isEqualTo(KafkaUserRightsTest.printed(pods.name(), rights));
        }
        assertThat(Workload.of(built)).hasSize(3);
    }

    /** Two learners, and three by the patches that {@code k8s/README.md} shows. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void shouldHaveAPodForEachLearnerAndASpareOne(int learners) throws IOException, InterruptedException {
        Overlay overlay = with("learners/kafka");
        Manifests built =
                (learners == 2 ? overlay : overlay.withPatches(patchesOfTheGuide())).build(folder.resolve("overlay"));
        Workload trainer = new Workload(built.statefulSet("north-freshet-trainer"));

        assertThat(trainer.spec().getReplicas()).isEqualTo(learners + 1);
        for (Workload role : Workload.of(built)) {
            assertThat(role.config(built, properties(built), role.name() + "-0").get(TrainerKeys.LEARNERS))
                    .isEqualTo(learners);
        }
        for (String topic : List.of("north-model-log", "north-model-merges")) {
            assertThat(partitions(built, topic)).as(topic).isEqualTo(learners);
        }
        assertThat(faults(built)).isEmpty();
    }

    private static String patchesOfTheGuide() throws IOException {
        String guide = Manifests.read(Manifests.K8S.resolve("README.md"));
        int start = guide.indexOf("patches: # three learners");
        return guide.substring(start, guide.indexOf("```", start));
    }

    /** The Jobs check the topics of several learners, too. */
    @Test
    void shouldLetJobsSeeEveryTopicThatTheyCheck() throws IOException, InterruptedException {
        Manifests built = with("scram").build(folder.resolve("overlay"));
        Workload jobs = Workload.withJobs(built).getLast();
        FreshetConfig config = jobs.config(built, properties(built), jobs.name());

        assertThat(config.get(TrainerKeys.LEARNERS)).isEqualTo(2);
        assertThat(rights(built, "north-freshet-cli"))
                .containsAllEntriesOf(new TopicPlan(config)
                        .needed().stream().collect(Collectors.toMap(ComponentsTest::onTopic, _ -> LOOK)));
    }

    private static String onTopic(String name) {
        return "allow "
                + JSON.createObjectNode()
                        .put("name", name)
                        .put("patternType", "literal")
                        .put("type", "topic");
    }

    /** Otherwise the streams role's right on transactional ids, which is on a prefix, would cover them. */
    @Test
    void shouldDenyTheStreamsRoleTheIdsOfAllTrainers() throws IOException, InterruptedException {
        Manifests built = with("scram").build(folder.resolve("overlay"));

        assertThat(rights(built, "north-freshet-streams").keySet().stream()
                        .filter(right -> right.startsWith("deny "))
                        .map(right -> right.replaceAll(".*\"name\":\"([^\"]*)\".*", "$1")))
                .containsExactlyInAnyOrder(
                        "north-freshet-trainer-default",
                        "north-freshet-trainer-default-learner-",
                        "north-freshet-trainer-candidate");
    }

    private static Map<String, Set<String>> rights(Manifests built, String user) {
        return KafkaUserRightsTest.rights(built.all("KafkaUser").stream()
                .filter(found -> Manifests.nameOf(found).equals(user))
                .findFirst()
                .orElseThrow());
    }

    /** A shadow with another model neither writes answers that clients read, nor learns as the trainer of the base does. */
    @Test
    void shouldKeepTheVariantFromTheOthersWork() throws IOException, InterruptedException {
        Manifests built = with("variant/kafka").build(folder.resolve("overlay"));
        Workload variant = new Workload(built.statefulSet("north-freshet-variant"));
        FreshetConfig config = variant.config(built, properties(built), "north-freshet-variant-0");
        FreshetConfig streams = new Workload(built.statefulSet("north-freshet-streams"))
                .config(built, properties(built), "north-freshet-streams-0");
        String answers = config.asScorer().get(TopicKeys.RECOMMENDATIONS);

        assertThat(variant.roles()).containsExactlyInAnyOrder(Role.SCORER, Role.TRAINER);
        assertThat(config.get(VariantKeys.SHADOW)).isTrue();
        assertThat(config.get(ModelStoreKeys.MODEL_NAME)).isNotEqualTo(streams.get(ModelStoreKeys.MODEL_NAME));
        assertThat(answers).isEqualTo("north-recommendations-shadow-candidate");
        assertThat(partitions(built, answers)).isEqualTo(partitions(built, streams.get(TopicKeys.RECOMMENDATIONS)));
        assertThat(built.all(V1PodDisruptionBudget.class))
                .extracting(budget -> budget.getSpec().getSelector().getMatchLabels())
                .contains(variant.spec().getSelector().getMatchLabels());
    }

    /** The settings by which {@code k8s/README.md} gives the variant a share of the users. */
    @Test
    void shouldLetTheVariantServeAShareOfTheUsers() throws IOException, InterruptedException {
        Manifests built = with("variant")
                .withSetting("FRESHET_VARIANTS_NAME", "main")
                .withSetting("FRESHET_VARIANTS_SHARES", "main=90,candidate=10")
                .build(folder.resolve("overlay"));

        for (Workload role : Workload.of(built)) {
            FreshetConfig config =
                    role.config(built, properties(built), role.name() + "-0", Map.of("scorer.shadow", "false"));
            assertThat(config.variants().name()).isEqualTo(role.name().endsWith("variant") ? "candidate" : "main");
        }
    }

    @Test
    void shouldStartJobsOfACommandThatFreshetHas() throws IOException, InterruptedException {
        Manifests built = with("cli/kafka").build(folder.resolve("overlay"));
        V1CronJob job = built.all(V1CronJob.class).getFirst();
        Workload pods = Workload.withJobs(built).getLast();

        assertThat(job.getSpec().getSuspend()).isTrue();
        assertThat(pods.pod().getRestartPolicy()).isEqualTo("Never");
        assertThat(Freshet.commandLine()
                        .parseArgs(pods.container().getArgs().toArray(String[]::new))
                        .errors())
                .isEmpty();
        assertThat(pods.mountPaths()).doesNotContain("/etc/freshet-http");
        assertThat(rights(built, "north-freshet-cli").values())
                .allSatisfy(operations -> assertThat(operations).isSubsetOf(LOOK));
    }

    private static int partitions(Manifests built, String topic) {
        return built.all("KafkaTopic").stream()
                .filter(found -> Manifests.nameOf(found).equals(topic))
                .findFirst()
                .orElseThrow()
                .at("/spec/partitions")
                .asInt();
    }

    @Test
    void shouldTellKafkaStreamsTheZoneOfEachPod() throws IOException, InterruptedException {
        Manifests built = with("racks").build(folder.resolve("overlay"));
        Workload streams = new Workload(built.statefulSet("north-freshet-streams"));
        Workload trainer = new Workload(built.statefulSet("north-freshet-trainer"));
        Map<String, Object> settings = streams.config(built, properties(built), "north-freshet-streams-0")
                .kafka()
                .forStreams();

        assertThat(settings)
                .containsEntry("rack.aware.assignment.tags", "zone")
                .containsKeys("client.tag.zone", "client.rack");
        settings.put("application.id", "north-freshet");
        assertThat(new StreamsConfig(settings).getClientTags()).containsOnlyKeys("zone");
        for (String variable : List.of("FRESHET_KAFKA_CLIENT_TAG_ZONE", "FRESHET_KAFKA_CLIENT_RACK")) {
            assertThat(streams.variable(variable).getValueFrom().getFieldRef().getFieldPath())
                    .isEqualTo("metadata.labels['topology.kubernetes.io/zone']");
        }
        assertThat(trainer.variable("FRESHET_KAFKA_CLIENT_RACK")).isNotNull();
        assertThat(built.all("Kafka")
                        .getFirst()
                        .at("/spec/kafka/rack/topologyKey")
                        .asText())
                .isEqualTo("topology.kubernetes.io/zone");
    }

    @Test
    void shouldLeaveNoCertificateOfAUserWithPasswords() throws IOException, InterruptedException {
        Manifests built = with("scram").build(folder.resolve("overlay"));

        for (Workload role : Workload.of(built)) {
            assertThat(role.mountPaths()).contains("/etc/freshet-kafka/ca").doesNotContain("/etc/freshet-kafka/user");
            assertThat(role.variable("FRESHET_KAFKA_SASL_JAAS_CONFIG")
                            .getValueFrom()
                            .getSecretKeyRef()
                            .getName())
                    .isEqualTo(role.name());
            assertThat(role.container().getEnv())
                    .noneMatch(variable -> variable.getName().contains("KEYSTORE"));
            assertThat(role.config(built, properties(built), role.name() + "-0")
                            .kafka()
                            .forAdmin())
                    .containsEntry("security.protocol", "SASL_SSL")
                    .containsEntry("sasl.mechanism", "SCRAM-SHA-512")
                    .doesNotContainKeys("ssl.keystore.location", "ssl.keystore.type", "ssl.keystore.password");
        }
    }

    @Test
    void shouldGetTokensFromTheAddressThatTheOverlaySets() throws IOException, InterruptedException {
        String address = "https://login.example/token";
        Manifests built = with("oauth")
                .withSetting("FRESHET_KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL", address)
                .build(folder.resolve("overlay"));

        for (Workload role : Workload.of(built)) {
            assertThat(role.config(built, properties(built), role.name() + "-0")
                            .kafka()
                            .forAdmin())
                    .containsEntry("sasl.mechanism", "OAUTHBEARER")
                    .containsEntry("sasl.oauthbearer.token.endpoint.url", address)
                    .containsEntry("sasl.jaas.config", "${dir:/etc/freshet-oauth:sasl.jaas.config}");
            assertThat(role.mountPaths()).contains("/etc/freshet-oauth");
            assertThat(role.variable("JDK_JAVA_OPTIONS").getValue())
                    .endsWith("$(FRESHET_KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL)");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            eks            | 80, 9096, 9098 | 169.254.170.23/32
            openshift-dns  | 5353           | openshift-dns
            node-local-dns | 53             | 169.254.20.10/32
            otlp           | 4317, 4318     | ''
            keycloak       | 8080, 8443     | ''
            """)
    void shouldLetAllPodsReachMoreDestinations(String component, String ports, String destination)
            throws IOException, InterruptedException {
        Manifests built = with("network/" + component).build(folder.resolve("overlay"));
        JsonNode policy = built.all("NetworkPolicy").stream()
                .filter(found -> Manifests.nameOf(found).equals("north-freshet-" + component))
                .findFirst()
                .orElseThrow();

        assertThat(policy.at("/spec/egress").findValuesAsText("port").stream().distinct())
                .containsExactly(ports.split(", "));
        assertThat(policy.at("/spec/egress").toString()).contains(destination);
        for (Workload role : Workload.of(built)) {
            policy.at("/spec/podSelector/matchLabels")
                    .properties()
                    .forEach(label -> assertThat(role.labels())
                            .containsEntry(label.getKey(), label.getValue().asText()));
        }
    }

    @Test
    void shouldHoldEachDashboardAsJson() throws IOException, InterruptedException {
        Manifests built = with("dashboards").build(folder.resolve("overlay"));
        V1ConfigMap dashboards = built.all(V1ConfigMap.class).stream()
                .filter(map ->
                        "north-freshet-dashboards".equals(map.getMetadata().getName()))
                .findFirst()
                .orElseThrow();

        assertThat(dashboards.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
        try (Stream<Path> files = Files.list(Path.of("..", "..", "docker", "grafana", "dashboards"))) {
            for (Path file : files.toList()) {
                assertThat(JSON.readTree(
                                dashboards.getData().get(file.getFileName().toString())))
                        .isEqualTo(JSON.readTree(Manifests.read(file)));
            }
        }
    }

    @Test
    void shouldLimitOtherProgramsOnly() throws IOException, InterruptedException {
        Manifests built = with("quotas").build(folder.resolve("overlay"));

        assertThat(built.all("KafkaUser"))
                .allSatisfy(user -> assertThat(user.at("/spec/quotas").isObject())
                        .isEqualTo(Manifests.nameOf(user).startsWith("north-shop-")));
    }

    @ParameterizedTest(name = "{0} {1}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            scram               | scram/streams.yaml        | name: freshet-streams         | name: freshet-trainer          | north-freshet-streams: login
            scram               | scram/streams.yaml        | 'secretKeyRef:NEXTname: freshet-streams' | 'secretKeyRef:NEXTname: freshet-trainer' | north-freshet-streams: login
            scram               | scram/trainer.yaml        | key: sasl.jaas.config         | key: user.password             | north-freshet-trainer: login
            scram               | scram/kustomization.yaml  | value: scram_sha512           | value: scram_sha256            | login
            scram               | scram/kustomization.yaml  | value: scram-sha-512          | value: tls                     | login
            scram               | scram/kustomization.yaml  | PROTOCOL=SASL_SSL             | PROTOCOL=SSL                   | login
            scram               | scram/kustomization.yaml  | username=freshet-autoscaler   | username=freshet-scaler        | user
            scram               | scram/autoscaler.yaml     | name: freshet-autoscaler-login | name: freshet-login           | ConfigMap
            scram               | scram/autoscaler.yaml     | parameter: username           | parameter: user                | login
            network/eks         | network/eks/network.yaml  | app.kubernetes.io/name: freshet | app.kubernetes.io/name: fresh | selects nothing
            network/otlp        | network/otlp/network.yaml | app.kubernetes.io/instance: freshet | app.kubernetes.io/part: freshet | unable to find field
            zones               | zones/spread.yaml         | app.kubernetes.io/name: freshet | app.kubernetes.io/name: fresh | must select one
            oauth               | oauth/client.yaml         | secretName: freshet-oauth     | secretName: oauth              | Secret
            oauth               | oauth/cli.yaml            | secretName: freshet-oauth     | secretName: oauth              | Secret
            scram               | scram/cli.yaml            | key: sasl.jaas.config         | key: user.password             | north-freshet-cli: login
            scram               | scram/variant.yaml        | name: freshet-variant         | name: freshet-other            | north-freshet-variant: login
            learners/kafka      | learners/kafka/topic.yaml | name: model-merges            | name: merges                   | topic
            learners/kafka      | learners/kafka/trainer-rights.yaml | freshet-trainer-default-learners- | freshet-trainer-default-learns- | right on group
            learners/kafka      | learners/kafka/streams-rights.yaml | type: deny        | type: allow                    | right on transactionalId
            learners/kafka      | learners/kafka/cli-rights.yaml | name: model-merges        | name: merges                   | right on topic
            variant/kafka       | variant/kafka/streams-rights.yaml | type: deny         | type: allow                    | right on transactionalId
            variant             | variant/disruptions.yaml  | component: variant            | component: variants            | must select one
            variant             | variant/variant.yaml      | serviceName: freshet          | serviceName: fresh             | variant: service
            variant/kafka       | variant/kafka/topic.yaml  | shadow-candidate              | shadow                         | topic
            variant/kafka       | variant/kafka/user.yaml   | name: freshet-scorer-candidate | name: freshet-scorer-other    | right on
            variant/kafka       | variant/kafka/login.yaml  | name: freshet-variant         | name: freshet-trainer          | unable to find field
            cli                 | cli/cli.yaml              | app.kubernetes.io/instance: freshet | app.kubernetes.io/instances: freshet | unable to find field
            cli                 | cli/cli.yaml              | serviceAccountName: freshet   | serviceAccountName: cli        | account
            cli/kafka           | cli/kafka/user.yaml       | name: clicks                  | name: click                    | right on topic
            cli/kafka           | cli/kafka/references.yaml | kind: CronJob                 | kind: Job                      | Secret
            """)
    void shouldReportOnePlantedMistake(String component, String file, String right, String wrong, String reported)
            throws IOException, InterruptedException {
        Path copy = folder.resolve("k8s");
        for (String part : List.of("base", "components", "names")) {
            copy(Manifests.K8S.resolve(part), copy.resolve(part));
        }
        Path changed = copy.resolve("components").resolve(file);
        String text = Manifests.read(changed);
        String next = "\n" + " ".repeat(18);
        assertThat(text).contains(right.replace("NEXT", next));
        Files.writeString(changed, text.replace(right.replace("NEXT", next), wrong.replace("NEXT", next)));

        List<String> faults = new ArrayList<>();
        try {
            faults.addAll(faults(with(component).in(copy).build(folder.resolve("overlay"))));
        } catch (AssertionError e) {
            faults.add(String.valueOf(e.getMessage()));
        }

        assertThat(faults).anyMatch(fault -> fault.contains(reported));
    }

    /** Returns an overlay with the component, after those that it changes. */
    private static Overlay with(String component) {
        switch (component) {
            // These need no Kafka by Strimzi.
            case "learners", "variant", "cli" -> {
                return Overlay.ofComponents("monitoring", component);
            }
            case "oauth" -> {
                return Overlay.ofComponents("monitoring", "variant", "cli", component);
            }
            case "learners/kafka" -> {
                return ALL_OPERATORS.withComponents("cli", "cli/kafka", "learners", component);
            }
            case "variant/kafka", "cli/kafka" -> {
                return ALL_OPERATORS.withComponents(component.replace("/kafka", ""), component);
            }
            case "scram" -> {
                return ALL_OPERATORS
                        .withComponents("cli", "cli/kafka", "learners", "learners/kafka", "variant", "variant/kafka")
                        .withComponents(component);
            }
            case "bucket", "zones", "racks" -> {
                return ALL_OPERATORS.withComponents("variant", "variant/kafka", component);
            }
            default -> {}
        }
        return ALL_OPERATORS.components().contains(component) ? ALL_OPERATORS : ALL_OPERATORS.withComponents(component);
    }

    private List<String> faults(Manifests built) throws IOException {
        return BrandReferences.faults(built, NOTHING, properties(built));
    }

    private Path properties(Manifests built) throws IOException {
        V1ConfigMap map = built.all(V1ConfigMap.class).stream()
                .filter(candidate -> candidate.getData().containsKey("freshet.properties"))
                .findFirst()
                .orElseThrow();
        return Files.writeString(
                folder.resolve("freshet.properties"), map.getData().get("freshet.properties"));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }
}
