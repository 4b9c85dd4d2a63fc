package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.HttpAddress;
import io.freshet.service.config.key.HttpKeys;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.StreamsKeys;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Probe;
import io.kubernetes.client.openapi.models.V1SecretKeySelector;
import io.kubernetes.client.openapi.models.V1SecurityContext;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.SdkSystemSetting;

/**
 * Checks the base, the two renamed brands, and what the Helm chart renders, against the program that they start. The base is
 * read as written, so that it is checked without Kustomize, too.
 */
@ParameterizedClass
@EnumSource(KubernetesBaseTest.Subject.class)
final class KubernetesBaseTest {
    static final Path CONFIG_FILE = Manifests.BASE.resolve("freshet.properties");

    private final Subject subject;
    private Manifests base;
    private Workload streams;
    private Workload trainer;

    KubernetesBaseTest(Subject subject) {
        this.subject = subject;
    }

    /** Manifests with the resources of the base, under the base's names with a prefix. */
    enum Subject {
        BASE(""),
        NORTH("north-"),
        SOUTH("south-"),
        CHART(""),
        RELEASE_NORTH("north-");

        private final String prefix;

        Subject(String prefix) {
            this.prefix = prefix;
        }

        Manifests read() throws IOException, InterruptedException {
            return switch (this) {
                case BASE -> Manifests.asWritten(Manifests.BASE);
                case NORTH, SOUTH -> {
                    Kustomize.assumePresent();
                    yield Kustomize.shared(
                            Manifests.K8S.resolve("overlays/brands").resolve(name().toLowerCase(Locale.ROOT)));
                }
                case CHART -> Chart.OURS.render("freshet", "shops", "");
                case RELEASE_NORTH -> Chart.OURS.render("north", "shops", "strimzi: {enabled: true}");
            };
        }
    }

    @BeforeEach
    void read() throws IOException, InterruptedException {
        base = subject.read();
        streams = new Workload(base.statefulSet(name("freshet-streams")));
        trainer = new Workload(base.statefulSet(name("freshet-trainer")));
    }

    @Test
    void shouldHoldEveryResource() {
        assertThat(base.names())
                .contains(
                        "ServiceAccount " + name("freshet"),
                        "Service " + name("freshet"),
                        "Service " + name("freshet-http"),
                        "PersistentVolumeClaim " + name("freshet-models"),
                        "StatefulSet " + name("freshet-streams"),
                        "StatefulSet " + name("freshet-trainer"),
                        "PodDisruptionBudget " + name("freshet-streams"),
                        "PodDisruptionBudget " + name("freshet-trainer"),
                        "NetworkPolicy " + name("freshet"),
                        "NetworkPolicy " + name("freshet-streams"));
        assertThat(base.names()).doesNotHaveDuplicates();
        if (subject == Subject.BASE) {
            assertThat(base.resources()).hasSize(10);
        }
    }

    @Test
    void shouldMountWhatTheConfigurationNames() throws IOException {
        FreshetConfig config = FreshetConfig.load(CONFIG_FILE, Map.of(), Map.of());

        assertThat(Workload.of(base))
                .allSatisfy(role -> assertThat(role.mountPaths())
                        .contains(
                                config.get(ProcessKeys.STATE_DIR).toString(),
                                config.modelStorePath().toString(),
                                config.get(HttpKeys.TOKEN_FILE).replace("/token", "")));
    }

    /** Otherwise the service freshet-http would set FRESHET_HTTP_PORT=tcp://… */
    @Test
    void shouldKeepServiceLinksAway() {
        assertThat(Workload.of(base))
                .isNotEmpty()
                .allSatisfy(
                        role -> assertThat(role.pod().getEnableServiceLinks()).isFalse());
    }

    /** The names must be those that the S3 client looks for. */
    @Test
    void shouldHandOverTheKeysOfTheBucketWhereThereIsASecret() {
        Map<SdkSystemSetting, String> keys = Map.of(
                SdkSystemSetting.AWS_ACCESS_KEY_ID, "access-key-id",
                SdkSystemSetting.AWS_SECRET_ACCESS_KEY, "secret-access-key");

        for (Workload role : Workload.of(base)) {
            keys.forEach((setting, key) -> assertThat(role.variable(setting.environmentVariable())
                            .getValueFrom()
                            .getSecretKeyRef())
                    .returns(name("freshet-s3"), V1SecretKeySelector::getName)
                    .returns(key, V1SecretKeySelector::getKey)
                    .returns(true, V1SecretKeySelector::getOptional));
        }
    }

    @Test
    void shouldNameEachStreamsPodAsAStaticMemberThatOthersReach() throws IOException {
        String pod = name("freshet-streams-1");
        FreshetConfig config = streams.config(base, CONFIG_FILE, pod);

        assertThat(config.get(StreamsKeys.INSTANCE_ID)).isEqualTo(pod);
        assertThat(config.http().advertisedAddress()).isEqualTo(pod + "." + name("freshet") + ":8080");
        assertThat(streams.spec().getServiceName()).isEqualTo(name("freshet"));
        // Kubernetes substitutes only variables that are defined earlier in the list.
        assertThat(streams.container().getEnv())
                .containsSubsequence(
                        streams.variable("POD_NAME"),
                        streams.variable("FRESHET_STREAMS_INSTANCE_ID"),
                        streams.variable("SERVICE_NAME"),
                        streams.variable("FRESHET_HTTP_ADVERTISED"));
        assertThat(streams.variable("POD_NAME").getValueFrom().getFieldRef().getFieldPath())
                .isEqualTo("metadata.name");
    }

    @Test
    void shouldKeepACopyOfEachSequence() throws IOException {
        FreshetConfig config = FreshetConfig.load(CONFIG_FILE, Map.of(), Map.of());

        assertThat(config.kafka().forStreams()).containsEntry("num.standby.replicas", "1");
        List<JsonNode> scalers = base.all("ScaledObject");
        if (scalers.isEmpty()) {
            assertThat(streams.spec().getReplicas()).isGreaterThan(1);
        } else {
            assertThat(scalers.getFirst().at("/spec/minReplicaCount").asInt()).isGreaterThan(1);
        }
    }

    @Test
    void shouldHaveOneTrainerLearnAndOneStandBy() {
        assertThat(trainer.spec().getReplicas()).isEqualTo(2);
    }

    @Test
    void shouldStartEachRoleOnce() {
        assertThat(Workload.of(base))
                .extracting(role -> role.container().getArgs())
                .containsExactlyInAnyOrder(argumentsFor("streams"), argumentsFor("trainer"));
    }

    @Test
    void shouldAskForHealthWhereItIsServed() throws IOException {
        HttpAddress http = FreshetConfig.load(CONFIG_FILE, Map.of(), Map.of()).http();

        assertThat(http.host()).isEqualTo("0.0.0.0");
        assertThat(Workload.of(base)).allSatisfy(role -> {
            V1Container container = role.container();
            assertThat(container.getPorts().getFirst().getContainerPort()).isEqualTo(http.port());
            assertThat(container.getPorts().getFirst().getName()).isEqualTo("http");
            assertThat(pathOf(container.getStartupProbe())).isEqualTo("/health/live");
            assertThat(pathOf(container.getLivenessProbe())).isEqualTo("/health/live");
            assertThat(pathOf(container.getReadinessProbe())).isEqualTo("/health/ready");
        });
    }

    @Test
    void shouldAnswerUnderTheNamesOfItsServices() throws IOException {
        String hosts = service(name("freshet-http")).getMetadata().getName() + ",*.svc,*.svc.cluster.local";
        if (subject == Subject.BASE) {
            assertThat(Manifests.read(Manifests.BASE.resolve("kustomization.yaml")))
                    .contains("FRESHET_HTTP_HOSTS=" + hosts + "\n");
        } else {
            assertThat(streams.config(base, CONFIG_FILE, "pod").get(HttpKeys.HOSTS))
                    .containsExactly(hosts.split(","));
        }
    }

    @Test
    void shouldSelectItsOwnPodsOnly() {
        Set<Map<String, String>> selectors = new HashSet<>();
        for (Workload role : Workload.of(base)) {
            Map<String, String> selector = role.spec().getSelector().getMatchLabels();
            assertThat(role.labels()).containsAllEntriesOf(selector);
            assertThat(selectors.add(selector)).isTrue();
            assertThat(role.pod().getTopologySpreadConstraints())
                    .extracting(constraint -> constraint.getLabelSelector().getMatchLabels())
                    .containsExactly(selector);
        }
        assertThat(service(name("freshet")).getSpec().getSelector())
                .satisfies(selector -> assertThat(Workload.of(base))
                        .allSatisfy(role -> assertThat(role.labels()).containsAllEntriesOf(selector)));
        assertThat(service(name("freshet-http")).getSpec().getSelector())
                .isEqualTo(streams.spec().getSelector().getMatchLabels());
    }

    @Test
    void shouldReachPodsThatRestoreByTheirNames() {
        assertThat(service(name("freshet")).getSpec().getClusterIP()).isEqualTo("None");
        assertThat(service(name("freshet")).getSpec().getPublishNotReadyAddresses())
                .isTrue();
        assertThat(service(name("freshet-http")).getSpec().getPublishNotReadyAddresses())
                .isNull();
    }

    @Test
    void shouldBudgetDisruptionsOfEachRole() {
        assertThat(base.all(V1PodDisruptionBudget.class))
                .extracting(budget -> budget.getSpec().getSelector().getMatchLabels())
                .containsExactlyInAnyOrder(
                        streams.spec().getSelector().getMatchLabels(),
                        trainer.spec().getSelector().getMatchLabels());
    }

    @Test
    void shouldCloseEveryPodForWhatIsNotAllowed() {
        V1NetworkPolicy policy = base.all(V1NetworkPolicy.class).stream()
                .filter(candidate -> Objects.equals(candidate.getMetadata().getName(), name("freshet")))
                .findFirst()
                .orElseThrow();

        assertThat(policy.getSpec().getPolicyTypes()).containsExactlyInAnyOrder("Ingress", "Egress");
        assertThat(policy.getSpec().getIngress()).isNullOrEmpty();
        assertThat(Workload.of(base))
                .allSatisfy(role -> assertThat(role.labels())
                        .containsAllEntriesOf(policy.getSpec().getPodSelector().getMatchLabels()));
    }

    @Test
    void shouldRunWithoutRightsThatItDoesNotNeed() {
        assertThat(Workload.of(base)).allSatisfy(KubernetesBaseTest::assertRestricted);
    }

    /** Asserts that a restricted namespace admits the pods. */
    static void assertRestricted(Workload role) {
        assertThat(role.pod().getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(role.pod().getSecurityContext().getSeccompProfile().getType())
                .isEqualTo("RuntimeDefault");
        assertThat(role.pod().getAutomountServiceAccountToken()).isFalse();
        assertThat(role.pod().getEnableServiceLinks()).isFalse();
        V1SecurityContext container = role.container().getSecurityContext();
        assertThat(container.getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(container.getCapabilities().getAdd()).isNullOrEmpty();
    }

    @Test
    void shouldMountOnlyVolumesThatExist() {
        List<String> claims = base.all(V1PersistentVolumeClaim.class).stream()
                .map(claim -> claim.getMetadata().getName())
                .toList();

        assertThat(Workload.of(base)).allSatisfy(role -> {
            assertThat(volumeNamesOf(role))
                    .containsExactlyInAnyOrderElementsOf(role.container().getVolumeMounts().stream()
                            .map(V1VolumeMount::getName)
                            .toList());
            assertThat(claimsOf(role)).isNotEmpty().isSubsetOf(claims);
        });
    }

    @Test
    void shouldLeaveTimeForACleanClose() throws IOException {
        long closeTimeoutMs = FreshetConfig.load(CONFIG_FILE, Map.of(), Map.of())
                .get(StreamsKeys.CLOSE_TIMEOUT)
                .toMillis();
        long waitMs = 1000
                * streams.container().getLifecycle().getPreStop().getSleep().getSeconds();

        assertThat(Workload.of(base))
                .allSatisfy(role -> assertThat(role.pod().getTerminationGracePeriodSeconds() * 1000)
                        .isGreaterThan(waitMs + 2 * closeTimeoutMs));
    }

    private String name(String ofBase) {
        return subject.prefix + ofBase;
    }

    private V1Service service(String name) {
        return base.all(V1Service.class).stream()
                .filter(service -> Objects.equals(service.getMetadata().getName(), name))
                .findFirst()
                .orElseThrow();
    }

    private static String pathOf(V1Probe probe) {
        return Objects.requireNonNull(probe.getHttpGet().getPath());
    }

    private static List<String> argumentsFor(String role) {
        return List.of("run", "--roles", role, "--config", "/etc/freshet/freshet.properties");
    }

    private static List<String> volumeNamesOf(Workload role) {
        List<V1PersistentVolumeClaim> templates =
                Optional.ofNullable(role.spec().getVolumeClaimTemplates()).orElse(List.of());
        return Stream.concat(
                        role.pod().getVolumes().stream().map(V1Volume::getName),
                        templates.stream().map(claim -> claim.getMetadata().getName()))
                .toList();
    }

    private static List<String> claimsOf(Workload role) {
        return role.pod().getVolumes().stream()
                .filter(volume -> volume.getPersistentVolumeClaim() != null)
                .map(volume -> volume.getPersistentVolumeClaim().getClaimName())
                .toList();
    }
}
