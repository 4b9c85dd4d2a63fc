package io.freshet.service.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Validates answers with the schemas of an OpenAPI description. A field that is not described is a violation. Thread-safe.
 */
final class AnswerSchemas {
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final JsonNode description;
    private final ObjectNode definitions;
    private final Map<String, JsonSchema> schemas = new ConcurrentHashMap<>();

    AnswerSchemas(JsonNode description) {
        this.description = description;
        definitions = description.at("/components/schemas").deepCopy();
        for (JsonNode definition : definitions) {
            ((ObjectNode) definition).put("additionalProperties", false);
        }
    }

    /**
     * Returns what an answer violates.
     *
     * @param response the answer's description, or a reference to it
     * @param body JSON
     */
    Set<ValidationMessage> violations(JsonNode response, String body) throws IOException {
        JsonNode described = response.has("$ref")
                ? description.at(response.path("$ref").asText().substring(1))
                : response;
        JsonNode schema = described.path("content").elements().next().path("schema");
        return schemas.computeIfAbsent(schema.toString(), _ -> compiled(schema)).validate(MAPPER.readTree(body));
    }

    private JsonSchema compiled(JsonNode schema) {
        ObjectNode document = schema.deepCopy();
        document.set("$defs", definitions);
        return FACTORY.getSchema(document.toString().replace("#/components/schemas/", "#/$defs/"));
    }
}
