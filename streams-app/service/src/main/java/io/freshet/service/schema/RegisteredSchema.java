package io.freshet.service.schema;

import java.util.List;

/**
 * A schema as it is in the registry. Immutable.
 *
 * @param text the schema, in the language of its format
 * @param references the schemas on which it depends; each comes after those on which it depends itself
 */
public record RegisteredSchema(String text, List<Reference> references) {
    public RegisteredSchema {
        references = List.copyOf(references);
    }

    /**
     * Another schema on which a schema depends.
     *
     * @param name the name under which it is used: in Protobuf the file that is imported, in Avro a full name
     */
    public record Reference(String name, String text) {}
}
