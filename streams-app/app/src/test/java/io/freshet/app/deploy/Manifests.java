package io.freshet.app.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Resources under {@code k8s/}, read as strictly as by an API server with field validation: an unknown or missing field, a
 * wrong type, or a malformed quantity is an error.
 */
record Manifests(List<JsonNode> resources) {
    static final Path K8S = Path.of("..", "..", "k8s");
    static final Path BASE = K8S.resolve("base");

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Resources that conform to their kinds, as JSON. Most resources are in the manifests of many tests. */
    private static final Set<String> CONFORMING = ConcurrentHashMap.newKeySet();

    /** Returns the resources of a base or a component as written, without what Kustomize generates and patches. */
    static Manifests asWritten(Path folder) throws IOException {
        List<JsonNode> resources = new ArrayList<>();
        for (JsonNode file :
                documents(read(folder.resolve("kustomization.yaml"))).getFirst().path("resources")) {
            Path path = folder.resolve(file.asText());
            if (Files.isRegularFile(path)) {
                resources.addAll(parse(read(path)).resources());
            }
        }
        return new Manifests(resources);
    }

    /** @throws IllegalArgumentException if a document does not conform to its kind */
    static Manifests parse(String documents) {
        List<JsonNode> resources = documents(documents);
        resources.forEach(Manifests::check);
        return new Manifests(resources);
    }

    /** Returns the resources of one of Kubernetes' own kinds. */
    <T extends KubernetesObject> List<T> all(Class<T> kind) {
        return resources.stream()
                .filter(resource -> KubernetesSchema.isOf(kind, kindOf(resource)))
                .map(KubernetesSchema::read)
                .map(kind::cast)
                .toList();
    }

    /** Returns the resources of any kind, such as {@code KafkaTopic}, as written. */
    List<JsonNode> all(String kind) {
        return resources.stream()
                .filter(resource -> kind.equals(resource.path("kind").asText()))
                .toList();
    }

    V1StatefulSet statefulSet(String name) {
        return all(V1StatefulSet.class).stream()
                .filter(set -> name.equals(set.getMetadata().getName()))
                .findFirst()
                .orElseThrow();
    }

    /** Returns kind and name of each resource. */
    Stream<String> names() {
        return resources.stream().map(resource -> resource.path("kind").asText() + " " + nameOf(resource));
    }

    static String nameOf(JsonNode resource) {
        return resource.at("/metadata/name").asText();
    }

    static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the documents of a file in YAML that need not be resources. */
    static List<JsonNode> documents(String yaml) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        Iterable<Object> loaded = new Yaml(new SafeConstructor(options)).loadAll(yaml);
        return StreamSupport.stream(loaded.spliterator(), false)
                .map(document -> JSON.<JsonNode>valueToTree(document))
                .toList();
    }

    private static void check(JsonNode resource) {
        String json = resource.toString();
        if (!CONFORMING.contains(json)) {
            checkAgainstSchema(resource);
            CONFORMING.add(json);
        }
    }

    private static void checkAgainstSchema(JsonNode resource) {
        String kind = kindOf(resource);
        if (KubernetesSchema.knows(kind)) {
            KubernetesSchema.check(resource);
        } else if (StrimziSchema.knows(kind)) {
            StrimziSchema.check(resource);
        } else {
            CrdSchema.check(resource);
        }
    }

    private static String kindOf(JsonNode resource) {
        return resource.path("apiVersion").asText() + "/"
                + resource.path("kind").asText();
    }
}
