package io.freshet.app.deploy;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.runtime.Role;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1CronJob;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V1StatefulSetSpec;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A role as deployed: a StatefulSet with one container. */
record Workload(V1StatefulSet set) {
    static List<Workload> of(Manifests manifests) {
        return manifests.all(V1StatefulSet.class).stream().map(Workload::new).toList();
    }

    /** Returns the roles and the CronJobs, as if the pods of the latter were those of a StatefulSet. */
    static List<Workload> withJobs(Manifests manifests) {
        Stream<Workload> jobs = manifests.all(V1CronJob.class).stream()
                .map(job -> new Workload(new V1StatefulSet()
                        .metadata(job.getMetadata())
                        .spec(new V1StatefulSetSpec()
                                .template(
                                        job.getSpec().getJobTemplate().getSpec().getTemplate()))));
        return Stream.concat(of(manifests).stream(), jobs).toList();
    }

    static Workload of(Manifests manifests, String role) {
        return new Workload(manifests.statefulSet("freshet-" + role));
    }

    String name() {
        return Objects.requireNonNull(set.getMetadata().getName());
    }

    V1StatefulSetSpec spec() {
        return set.getSpec();
    }

    V1PodSpec pod() {
        return spec().getTemplate().getSpec();
    }

    V1Container container() {
        return pod().getContainers().getFirst();
    }

    /** Returns the roles that the container runs; none if it runs another command. */
    Set<Role> roles() {
        List<String> arguments = Objects.requireNonNull(container().getArgs());
        int option = arguments.indexOf("--roles");
        Set<Role> roles = new TreeSet<>();
        if (option >= 0) {
            for (String role : arguments.get(option + 1).split(",", -1)) {
                roles.add(Role.valueOf(role.toUpperCase(Locale.ROOT)));
            }
        }
        return roles;
    }

    Map<String, String> labels() {
        return Objects.requireNonNull(spec().getTemplate().getMetadata().getLabels());
    }

    List<String> mountPaths() {
        return container().getVolumeMounts().stream()
                .map(V1VolumeMount::getMountPath)
                .toList();
    }

    V1EnvVar variable(String name) {
        return container().getEnv().stream()
                .filter(variable -> name.equals(variable.getName()))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the JVM's options, in order. */
    List<String> javaOptions() {
        return List.of(
                Objects.requireNonNull(variable("FRESHET_JAVA_OPTS").getValue()).split("\\s+"));
    }

    long memoryLimitBytes() {
        return bytes(container().getResources().getLimits());
    }

    long memoryRequestBytes() {
        return bytes(container().getResources().getRequests());
    }

    /** Returns the configuration that Freshet loads in the pod with this name. */
    FreshetConfig config(Manifests manifests, Path file, String podName) throws IOException {
        return config(manifests, file, podName, Map.of());
    }

    /** Returns the same configuration with some keys changed, as by {@code --set}. */
    FreshetConfig config(Manifests manifests, Path file, String podName, Map<String, String> changed)
            throws IOException {
        Map<String, String> environment = new HashMap<>(settings(manifests));
        Map<String, String> substituted = new HashMap<>(Map.of("$(POD_NAME)", podName));
        for (V1EnvVar variable : container().getEnv()) {
            String value = Optional.ofNullable(variable.getValue()).orElse("secret");
            for (Map.Entry<String, String> earlier : substituted.entrySet()) {
                value = value.replace(earlier.getKey(), earlier.getValue());
            }
            substituted.putIfAbsent("$(" + variable.getName() + ")", value);
            if (variable.getName().startsWith("FRESHET_") && !variable.getName().equals("FRESHET_JAVA_OPTS")) {
                environment.put(variable.getName(), value);
            }
        }
        return FreshetConfig.load(file, environment, changed);
    }

    private Map<String, String> settings(Manifests manifests) {
        Map<String, String> settings = new HashMap<>();
        for (V1ConfigMap map : manifests.all(V1ConfigMap.class)) {
            boolean isUsed = container().getEnvFrom().stream()
                    .anyMatch(source -> source.getConfigMapRef() != null
                            && Objects.equals(
                                    source.getConfigMapRef().getName(),
                                    map.getMetadata().getName()));
            if (isUsed && map.getData() != null) {
                settings.putAll(map.getData());
            }
        }
        return settings;
    }

    private static long bytes(Map<String, Quantity> resources) {
        return Objects.requireNonNull(resources.get("memory")).getNumber().longValueExact();
    }
}
