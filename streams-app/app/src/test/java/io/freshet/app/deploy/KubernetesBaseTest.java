package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkSystemSetting;

/** Checks the base against the program that it starts. */
final class KubernetesBaseTest {
    static final Path CONFIG_FILE = Manifests.BASE.resolve("freshet.properties");

    private Manifests base;
    private Workload streams;
    private Workload trainer;

    @BeforeEach
    void read() throws IOException {
        base = Manifests.asWritten(Manifests.BASE);
        streams = Workload.of(base, "streams");
        trainer = Workload.of(base, "trainer");
    }

    @Test
    void shouldHoldEveryResource() {
        assertThat(base.names())
                .containsExactlyInAnyOrder(
                        "ServiceAccount freshet",
                        "Service freshet",
                        "Service freshet-http",
                        "PersistentVolumeClaim freshet-models",
                        "StatefulSet freshet-streams",
                        "StatefulSet freshet-trainer",
                        "PodDisruptionBudget freshet-streams",
                        "PodDisruptionBudget freshet-trainer",
                        "NetworkPolicy freshet",
                        "NetworkPolicy freshet-streams");
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
                    .returns("freshet-s3", V1SecretKeySelector::getName)
                    .returns(key, V1SecretKeySelector::getKey)
                    .returns(true, V1SecretKeySelector::getOptional));
        }
    }

    @Test
    void shouldNameEachStreamsPodAsAStaticMemberThatOthersReach() throws IOException {
        FreshetConfig config = streams.config(base, CONFIG_FILE, "freshet-streams-1");

        assertThat(config.get(StreamsKeys.INSTANCE_ID)).isEqualTo("freshet-streams-1");
        assertThat(config.http().advertisedAddress()).isEqualTo("freshet-streams-1.freshet:8080");
        assertThat(streams.spec().getServiceName()).isEqualTo("freshet");
        // Kubernetes substitutes only variables that are defined earlier in the list.
        assertThat(streams.container().getEnv().getFirst()).isEqualTo(streams.variable("POD_NAME"));
        assertThat(streams.variable("POD_NAME").getValueFrom().getFieldRef().getFieldPath())
                .isEqualTo("metadata.name");
    }

    @Test
    void shouldKeepACopyOfEachSequence() throws IOException {
        FreshetConfig config = FreshetConfig.load(CONFIG_FILE, Map.of(), Map.of());

        assertThat(config.kafka().forStreams()).containsEntry("num.standby.replicas", "1");
        assertThat(streams.spec().getReplicas()).isGreaterThan(1);
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
    void shouldAnswerUnderTheNamesOfItsServices() {
        assertThat(Manifests.read(Manifests.BASE.resolve("kustomization.yaml")))
                .contains("FRESHET_HTTP_HOSTS="
                        + service("freshet-http").getMetadata().getName() + ",*.svc,*.svc.cluster.local\n");
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
        assertThat(service("freshet").getSpec().getSelector())
                .satisfies(selector -> assertThat(Workload.of(base))
                        .allSatisfy(role -> assertThat(role.labels()).containsAllEntriesOf(selector)));
        assertThat(service("freshet-http").getSpec().getSelector())
                .isEqualTo(streams.spec().getSelector().getMatchLabels());
    }

    @Test
    void shouldReachPodsThatRestoreByTheirNames() {
        assertThat(service("freshet").getSpec().getClusterIP()).isEqualTo("None");
        assertThat(service("freshet").getSpec().getPublishNotReadyAddresses()).isTrue();
        assertThat(service("freshet-http").getSpec().getPublishNotReadyAddresses())
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
                .filter(candidate -> Objects.equals(candidate.getMetadata().getName(), "freshet"))
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
        assertThat(Workload.of(base)).allSatisfy(role -> {
            assertThat(role.pod().getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(role.pod().getSecurityContext().getSeccompProfile().getType())
                    .isEqualTo("RuntimeDefault");
            assertThat(role.pod().getAutomountServiceAccountToken()).isFalse();
            V1SecurityContext container = role.container().getSecurityContext();
            assertThat(container.getAllowPrivilegeEscalation()).isFalse();
            assertThat(container.getReadOnlyRootFilesystem()).isTrue();
            assertThat(container.getCapabilities().getDrop()).containsExactly("ALL");
            assertThat(container.getCapabilities().getAdd()).isNullOrEmpty();
        });
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
