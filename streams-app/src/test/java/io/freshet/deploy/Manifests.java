package io.freshet.deploy;

import com.google.gson.Gson;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The resources of {@code k8s/base}, read as strictly as an API server with field validation reads them: a field that
 * Kubernetes does not know, a missing one, a wrong type or a malformed quantity fails.
 */
record Manifests(List<KubernetesObject> resources) {
    static final Path BASE = Path.of("..", "k8s", "base");
    private static final long KUBECTL_TIMEOUT_S = 60;

    /** The resource files as they stand, without Kustomize's generators. */
    static Manifests asWritten() throws IOException {
        try (Stream<Path> files = Files.list(BASE)) {
            return new Manifests(files.filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.endsWith("kustomization.yaml"))
                    .flatMap(file -> parse(read(file)).stream())
                    .toList());
        }
    }

    static boolean canBeRendered() {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "kubectl")));
    }

    /** What {@code kubectl kustomize} makes of the base; needs kubectl, but no cluster. */
    static Manifests rendered() throws IOException, InterruptedException {
        Path output = Files.createTempFile("freshet", ".yaml");
        try {
            Process kubectl = new ProcessBuilder("kubectl", "kustomize", BASE.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = kubectl.waitFor(KUBECTL_TIMEOUT_S, TimeUnit.SECONDS);
            kubectl.destroyForcibly();
            if (!ended || kubectl.exitValue() != 0) {
                throw new AssertionError("kubectl kustomize must succeed: folder=" + BASE + " output=" + read(output));
            }
            return new Manifests(parse(read(output)));
        } finally {
            Files.deleteIfExists(output);
        }
    }

    static List<KubernetesObject> parse(String documents) {
        Iterable<Object> loaded = new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(documents);
        return StreamSupport.stream(loaded.spliterator(), false)
                .map(document -> typed((Map<?, ?>) document))
                .toList();
    }

    <T extends KubernetesObject> List<T> all(Class<T> kind) {
        return resources.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    V1StatefulSet statefulSet(String name) {
        return all(V1StatefulSet.class).stream()
                .filter(set -> name.equals(set.getMetadata().getName()))
                .findFirst()
                .orElseThrow();
    }

    private static KubernetesObject typed(Map<?, ?> document) {
        String json = new Gson().toJson(document);
        Object kind = document.get("kind");
        try {
            return switch (String.valueOf(kind)) {
                case "ConfigMap" -> V1ConfigMap.fromJson(json);
                case "PersistentVolumeClaim" -> V1PersistentVolumeClaim.fromJson(json);
                case "Service" -> V1Service.fromJson(json);
                case "StatefulSet" -> V1StatefulSet.fromJson(json);
                default ->
                    throw new IllegalArgumentException("Kind must be one of those that are checked: kind=" + kind);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
