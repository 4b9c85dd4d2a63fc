package io.freshet.service.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.freshet.service.config.FreshetConfig;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The schemas of the public topics, in a validator of JSON Schema. Thread-safe. */
final class ContractSchemas {
    /** A configuration with which all fields may be used. */
    static final FreshetConfig CONFIG = FreshetConfig.of(Map.of("items.catalogue", "filter"));

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Map<String, JsonSchema> schemas = new HashMap<>();

    ContractSchemas() {
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(VersionFlag.V202012);
        PublicTopics.schemas(CONFIG)
                .forEach((name, schema) -> schemas.put(
                        name, factory.getSchema(SchemaFile.of(schema).toString())));
    }

    Set<ValidationMessage> violations(String name, byte[] json) throws IOException {
        return violations(name, MAPPER.readTree(json));
    }

    Set<ValidationMessage> violations(String name, JsonNode json) {
        return Objects.requireNonNull(schemas.get(name)).validate(json);
    }
}
