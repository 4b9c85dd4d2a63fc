package io.freshet.service.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.freshet.service.json.Components;
import io.freshet.service.json.JsonRecords;
import io.freshet.service.json.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A schema as a document of JSON Schema 2020-12 that needs no other document. */
final class SchemaFile {
    private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

    private SchemaFile() {}

    /** Returns the document. The schemas to which it refers are in {@code $defs}. */
    static JsonNode of(Schema schema) {
        Components components = new Components();
        ObjectNode root = JsonNodeFactory.instance.objectNode().put("$schema", DIALECT);
        root.setAll(schema.in(components));
        ObjectNode definitions = root.putObject("$defs");
        definitions.setAll(components.schemas());
        try {
            return JsonRecords.read(
                    root.toString().replace("#/components/schemas/", "#/$defs/").getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
