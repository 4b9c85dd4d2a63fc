package io.freshet.app.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.gson.JsonParseException;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.custom.Quantity;
import io.kubernetes.client.custom.QuantityFormatException;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1CronJob;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * Validates Kubernetes' own kinds with the classes of its Java client. These reject unknown fields, missing required
 * fields, and malformed quantities. Unlike an API server they accept a number for a string and vice versa, so the
 * parsed resource is also compared with its YAML.
 */
final class KubernetesSchema {
    private static final ObjectMapper JACKSON = new ObjectMapper();
    private static final Map<String, Reader> READERS = Map.ofEntries(
            Map.entry("v1/ConfigMap", V1ConfigMap::fromJson),
            Map.entry("v1/Namespace", V1Namespace::fromJson),
            Map.entry("v1/PersistentVolumeClaim", V1PersistentVolumeClaim::fromJson),
            Map.entry("v1/Secret", V1Secret::fromJson),
            Map.entry("v1/Service", V1Service::fromJson),
            Map.entry("v1/ServiceAccount", V1ServiceAccount::fromJson),
            Map.entry("apps/v1/StatefulSet", V1StatefulSet::fromJson),
            Map.entry("batch/v1/CronJob", V1CronJob::fromJson),
            Map.entry("policy/v1/PodDisruptionBudget", V1PodDisruptionBudget::fromJson),
            Map.entry("networking.k8s.io/v1/Ingress", V1Ingress::fromJson),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", V1NetworkPolicy::fromJson));

    private KubernetesSchema() {}

    /** Reads one kind. */
    @FunctionalInterface
    private interface Reader {
        KubernetesObject read(String json) throws IOException;
    }

    static boolean knows(String kind) {
        return READERS.containsKey(kind);
    }

    /**
     * Returns whether a class is that of a kind.
     *
     * @param kind such as {@code apps/v1/StatefulSet}
     */
    static boolean isOf(Class<? extends KubernetesObject> type, String kind) {
        return knows(kind) && type.getSimpleName().equals("V1" + kind.substring(kind.lastIndexOf('/') + 1));
    }

    /** @throws IllegalArgumentException if the API would not accept the resource */
    static void check(JsonNode resource) {
        try {
            requireSame(resource, JACKSON.readTree(JSON.serialize(read(resource))), kindOf(resource));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IllegalArgumentException if a field is unknown or missing, or a quantity is malformed */
    static KubernetesObject read(JsonNode resource) {
        Reader reader = READERS.get(kindOf(resource));
        if (reader == null) {
            throw new IllegalArgumentException("Kind must be one of those that are checked: kind=" + kindOf(resource));
        }
        try {
            return reader.read(resource.toString());
        } catch (IOException | JsonParseException | QuantityFormatException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static String kindOf(JsonNode resource) {
        return resource.path("apiVersion").asText() + "/"
                + resource.path("kind").asText();
    }

    private static void requireSame(JsonNode written, JsonNode read, String path) {
        if (written.isObject()) {
            written.properties()
                    .forEach(field ->
                            requireSame(field.getValue(), read.path(field.getKey()), path + "." + field.getKey()));
        } else if (written.isArray() && written.size() == read.size()) {
            for (int i = 0; i < written.size(); i++) {
                requireSame(written.get(i), read.get(i), path + "[" + i + "]");
            }
        } else if (!written.equals(read) && !isSameQuantity(written, read)) {
            throw new IllegalArgumentException(
                    "What is written must have its field's type: " + path + "=" + written + " is read as " + read);
        }
    }

    private static boolean isSameQuantity(JsonNode written, JsonNode read) {
        try {
            return written.isTextual()
                    && read.isTextual()
                    && Quantity.fromString(written.asText()).equals(Quantity.fromString(read.asText()));
        } catch (QuantityFormatException e) {
            return false;
        }
    }
}
