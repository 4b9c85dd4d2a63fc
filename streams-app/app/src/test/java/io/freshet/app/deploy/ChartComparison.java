package io.freshet.app.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

/**
 * Compares the resources of the Helm chart with those that Kustomize builds. They must be equal, except for what only one of
 * the two tools adds: Helm's labels, the hash in the names of Kustomize's ConfigMaps, and the order of named items.
 */
final class ChartComparison {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Kinds that the chart leaves to the user. */
    private static final Set<String> OF_OVERLAYS_ONLY = Set.of("Namespace", "Kafka", "KafkaNodePool");

    /** The end of a name with which Kustomize marks the content of a ConfigMap. */
    private static final String HASH = "(-(?:config|settings|login))-[a-z0-9]{10}$";

    private ChartComparison() {}

    /** Returns the differences. Each begins with the kind and the name of the resource. */
    static List<String> differences(Manifests kustomize, Manifests chart) {
        Map<String, JsonNode> expected = new TreeMap<>();
        for (JsonNode resource : kustomize.resources()) {
            if (!OF_OVERLAYS_ONLY.contains(resource.path("kind").asText())) {
                JsonNode plain = withoutHashes(resource.deepCopy());
                expected.put(keyOf(plain), sorted(plain));
            }
        }
        boolean hasNamespace = expected.values().stream()
                .anyMatch(resource -> resource.path("metadata").has("namespace"));
        Map<String, JsonNode> found = new TreeMap<>();
        for (JsonNode resource : chart.resources()) {
            JsonNode plain = withoutHelm(resource.deepCopy(), hasNamespace);
            found.put(keyOf(plain), sorted(plain));
        }
        Set<String> all = new TreeSet<>(expected.keySet());
        all.addAll(found.keySet());
        List<String> differences = new ArrayList<>();
        for (String key : all) {
            compare(
                    key,
                    expected.getOrDefault(key, JSON.missingNode()),
                    found.getOrDefault(key, JSON.missingNode()),
                    differences);
        }
        return differences;
    }

    private static void compare(String path, JsonNode expected, JsonNode found, List<String> differences) {
        if (expected.isObject() && found.isObject()) {
            Set<String> names = new TreeSet<>();
            expected.fieldNames().forEachRemaining(names::add);
            found.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                compare(path + " " + name, expected.path(name), found.path(name), differences);
            }
        } else if (expected.isArray() && found.isArray() && expected.size() == found.size()) {
            for (int i = 0; i < expected.size(); i++) {
                compare(path + " " + i, expected.get(i), found.get(i), differences);
            }
        } else if (!expected.equals(found)) {
            differences.add(path + ": Kustomize has " + expected + ", the chart has " + found);
        }
    }

    private static String keyOf(JsonNode resource) {
        return resource.path("kind").asText() + " " + Manifests.nameOf(resource);
    }

    private static JsonNode withoutHashes(JsonNode resource) {
        if (resource.path("kind").asText().equals("ConfigMap")) {
            removeHash(resource.path("metadata"));
        }
        for (String field : List.of("configMap", "configMapRef")) {
            resource.findValues(field).forEach(ChartComparison::removeHash);
        }
        resource.at("/spec/configMapTargetRef").forEach(ChartComparison::removeHash);
        return resource;
    }

    private static void removeHash(JsonNode named) {
        ((ObjectNode) named).put("name", named.path("name").asText().replaceFirst(HASH, "$1"));
    }

    private static JsonNode withoutHelm(JsonNode resource, boolean hasNamespace) {
        ObjectNode metadata = (ObjectNode) resource.path("metadata");
        ObjectNode labels = (ObjectNode) metadata.path("labels");
        require(labels.remove("helm.sh/chart"), "helm.sh/chart", resource);
        require(labels.remove("app.kubernetes.io/managed-by"), "app.kubernetes.io/managed-by", resource);
        if (!hasNamespace) {
            require(metadata.remove("namespace"), "namespace", resource);
        }
        if (resource.path("data").has("FRESHET_APPLICATION_ID")
                || resource.path("data").has("freshet.properties")) {
            // Kustomize does not add these labels to the ConfigMaps of the base.
            require(labels.remove("app.kubernetes.io/name"), "app.kubernetes.io/name", resource);
            require(labels.remove("app.kubernetes.io/instance"), "app.kubernetes.io/instance", resource);
            // Without the chart's value, the one in freshet.properties is used.
            ((ObjectNode) resource.path("data")).remove("FRESHET_TOPICS_PARTITIONS");
        }
        if (resource.path("kind").asText().equals("StatefulSet")) {
            ObjectNode pod = (ObjectNode) resource.at("/spec/template/metadata");
            require(pod.remove("annotations"), "checksum/config", resource);
        }
        return resource;
    }

    private static void require(JsonNode removed, String what, JsonNode resource) {
        if (removed == null) {
            throw new AssertionError("The chart must set " + what + ": " + keyOf(resource));
        }
    }

    /** Sorts items that have a name, such as variables and volumes. */
    private static JsonNode sorted(JsonNode node) {
        node.forEach(ChartComparison::sorted);
        if (node instanceof ArrayNode array
                && !array.isEmpty()
                && StreamSupport.stream(array.spliterator(), false).allMatch(item -> item.has("name"))) {
            List<JsonNode> items = new ArrayList<>();
            array.forEach(items::add);
            items.sort(Comparator.comparing(item -> item.path("name").asText()));
            array.removeAll();
            array.addAll(items);
        }
        return node;
    }
}
