package io.freshet.app.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.stream.Collectors;

/** Validates resources of KEDA and of the Prometheus operator with JSON Schemas that are stored beside this class. */
final class CrdSchema {
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

    private CrdSchema() {}

    /** @throws IllegalArgumentException if the resource does not conform to its kind's schema */
    static void check(JsonNode resource) {
        Set<ValidationMessage> violations = of(resource.path("apiVersion").asText() + "/"
                        + resource.path("kind").asText())
                .validate(resource);
        if (!violations.isEmpty()) {
            throw new IllegalArgumentException(
                    violations.stream().map(ValidationMessage::getMessage).collect(Collectors.joining("; ")));
        }
    }

    private static JsonSchema of(String kind) {
        try (InputStream schema = CrdSchema.class.getResourceAsStream(kind + ".json")) {
            if (schema == null) {
                throw new IllegalArgumentException("Kind must be one of those that are checked: kind=" + kind);
            }
            return FACTORY.getSchema(schema);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
