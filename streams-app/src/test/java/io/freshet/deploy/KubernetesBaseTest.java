package io.freshet.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.freshet.config.FreshetConfig;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V1StatefulSetSpec;
import io.kubernetes.client.openapi.models.V1Volume;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class KubernetesBaseTest {
    private static final Path CONFIG_FILE = Manifests.BASE.resolve("freshet.properties");

    @Test
    void shouldReadEveryResourceWhenReadStrictly() throws IOException {
        assertThat(Manifests.asWritten().resources())
                .extracting(resource ->
                        resource.getKind() + " " + resource.getMetadata().getName())
                .containsExactlyInAnyOrder(
                        "Service freshet",
                        "PersistentVolumeClaim freshet-models",
                        "StatefulSet freshet-streams",
                        "StatefulSet freshet-trainer");
    }

    @Test
    void shouldRefuseAFieldWhenKubernetesDoesNotKnowIt() throws IOException {
        String misspelt =
                Files.readString(Manifests.BASE.resolve("streams.yaml")).replace("nodeSelector", "nodeSelektor");

        assertThatThrownBy(() -> Manifests.parse(misspelt)).hasMessageContaining("nodeSelektor");
    }

    @Test
    void shouldRefuseAQuantityWhenItsUnitIsNone() throws IOException {
        String misspelt =
                Files.readString(Manifests.BASE.resolve("models.yaml")).replace("10Gi", "10Gx");

        assertThatThrownBy(() -> Manifests.parse(misspelt)).hasMessageContaining("suffix");
    }

    @Test
    void shouldMountTheGeneratedConfigurationWhenRendered() throws IOException, InterruptedException {
        assumeTrue(Manifests.canBeRendered(), "kubectl is not on the PATH: k8s/base is checked file by file only");

        Manifests rendered = Manifests.rendered();

        V1ConfigMap config = rendered.all(V1ConfigMap.class).getFirst();

        assertThat(config.getData()).containsEntry("freshet.properties", Files.readString(CONFIG_FILE));
        assertThat(rendered.all(V1StatefulSet.class))
                .hasSize(2)
                .allSatisfy(set -> assertThat(podOf(set).getVolumes())
                        .anyMatch(volume -> volume.getConfigMap() != null
                                && config.getMetadata()
                                        .getName()
                                        .equals(volume.getConfigMap().getName())));
    }

    @Test
    void shouldNameKeysThatFreshetKnowsWhenItReadsTheFile() throws IOException {
        FreshetConfig config = FreshetConfig.load(CONFIG_FILE, Map.of(), Map.of());

        assertThat(Manifests.asWritten().all(V1StatefulSet.class))
                .allSatisfy(set -> assertThat(mountPathsOf(set))
                        .contains(
                                config.stateDir().toString(),
                                config.modelStorePath().toString()));
    }

    @Test
    void shouldNameEachStreamsPodAsAStaticMember() throws IOException {
        V1Container streams = containerOf(Manifests.asWritten().statefulSet("freshet-streams"));

        String variable = streams.getEnv().getFirst().getName();

        assertThat(FreshetConfig.load(null, Map.of(variable, "freshet-streams-0"), Map.of())
                        .streams()
                        .instanceId())
                .isEqualTo("freshet-streams-0");
        assertThat(streams.getEnv().getFirst().getValueFrom().getFieldRef().getFieldPath())
                .isEqualTo("metadata.name");
    }

    @Test
    void shouldRunOneTrainer() throws IOException {
        assertThat(specOf(Manifests.asWritten().statefulSet("freshet-trainer")).getReplicas())
                .isEqualTo(1);
    }

    @Test
    void shouldStartEachRoleOnce() throws IOException {
        assertThat(Manifests.asWritten().all(V1StatefulSet.class))
                .extracting(set -> containerOf(set).getArgs())
                .containsExactlyInAnyOrder(argumentsFor("streams"), argumentsFor("trainer"));
    }

    @Test
    void shouldSelectItsOwnPodsOnly() throws IOException {
        Manifests manifests = Manifests.asWritten();
        V1Service service = manifests.all(V1Service.class).getFirst();

        Set<Map<String, String>> selectors = new HashSet<>();
        for (V1StatefulSet set : manifests.all(V1StatefulSet.class)) {
            Map<String, String> labels = specOf(set).getTemplate().getMetadata().getLabels();
            Map<String, String> selector = specOf(set).getSelector().getMatchLabels();
            assertThat(labels).containsAllEntriesOf(selector);
            assertThat(labels).containsAllEntriesOf(service.getSpec().getSelector());
            assertThat(specOf(set).getServiceName())
                    .isEqualTo(service.getMetadata().getName());
            assertThat(selectors.add(selector)).isTrue();
        }
    }

    @Test
    void shouldMountOnlyVolumesThatExist() throws IOException {
        Manifests manifests = Manifests.asWritten();
        List<String> claims = manifests.all(V1PersistentVolumeClaim.class).stream()
                .map(claim -> claim.getMetadata().getName())
                .toList();

        assertThat(manifests.all(V1StatefulSet.class)).allSatisfy(set -> {
            assertThat(volumeNamesOf(set))
                    .containsExactlyInAnyOrderElementsOf(containerOf(set).getVolumeMounts().stream()
                            .map(V1VolumeMount::getName)
                            .toList());
            assertThat(claimsOf(set)).isNotEmpty().isSubsetOf(claims);
        });
    }

    @Test
    void shouldLeaveTimeForACleanClose() throws IOException {
        long closeTimeoutMs = FreshetConfig.load(CONFIG_FILE, Map.of(), Map.of())
                .streams()
                .closeTimeout()
                .toMillis();

        assertThat(Manifests.asWritten().all(V1StatefulSet.class))
                .allSatisfy(set -> assertThat(podOf(set).getTerminationGracePeriodSeconds() * 1000)
                        .isGreaterThan(2 * closeTimeoutMs));
    }

    @Test
    void shouldKeepAllMemoryBelowTheLimit() throws IOException {
        long rocksDb =
                FreshetConfig.load(CONFIG_FILE, Map.of(), Map.of()).streams().rocksDbCacheBytes();

        assertThat(Manifests.asWritten().all(V1StatefulSet.class)).allSatisfy(set -> {
            long process = optionOf(set, "-Dorg.bytedeco.javacpp.maxphysicalbytes=");
            assertThat(optionOf(set, "-Xmx") + optionOf(set, "-Dorg.bytedeco.javacpp.maxbytes=") + rocksDb)
                    .isLessThan(process);
            assertThat(process).isLessThan(memoryLimitOf(set));
        });
    }

    private static long optionOf(V1StatefulSet set, String prefix) {
        String options = containerOf(set).getEnv().stream()
                .filter(variable -> "FRESHET_JAVA_OPTS".equals(variable.getName()))
                .map(V1EnvVar::getValue)
                .findFirst()
                .orElseThrow();
        String gibibytes = Stream.of(options.split("\\s+"))
                .filter(option -> option.startsWith(prefix) && option.endsWith("g"))
                .map(option -> option.substring(prefix.length(), option.length() - 1))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(gibibytes) << 30;
    }

    private static long memoryLimitOf(V1StatefulSet set) {
        Map<String, Quantity> limits = containerOf(set).getResources().getLimits();
        return Objects.requireNonNull(limits.get("memory")).getNumber().longValueExact();
    }

    private static List<String> argumentsFor(String role) {
        return List.of("run", "--roles", role, "--config", "/etc/freshet/freshet.properties");
    }

    private static V1StatefulSetSpec specOf(V1StatefulSet set) {
        return set.getSpec();
    }

    private static V1PodSpec podOf(V1StatefulSet set) {
        return specOf(set).getTemplate().getSpec();
    }

    private static V1Container containerOf(V1StatefulSet set) {
        return podOf(set).getContainers().getFirst();
    }

    private static List<String> mountPathsOf(V1StatefulSet set) {
        return containerOf(set).getVolumeMounts().stream()
                .map(V1VolumeMount::getMountPath)
                .toList();
    }

    private static List<String> volumeNamesOf(V1StatefulSet set) {
        List<V1PersistentVolumeClaim> templates =
                Optional.ofNullable(specOf(set).getVolumeClaimTemplates()).orElse(List.of());
        return Stream.concat(
                        podOf(set).getVolumes().stream().map(V1Volume::getName),
                        templates.stream().map(claim -> claim.getMetadata().getName()))
                .toList();
    }

    private static List<String> claimsOf(V1StatefulSet set) {
        return podOf(set).getVolumes().stream()
                .filter(volume -> volume.getPersistentVolumeClaim() != null)
                .map(volume -> volume.getPersistentVolumeClaim().getClaimName())
                .toList();
    }
}
