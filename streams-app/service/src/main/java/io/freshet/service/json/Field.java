package io.freshet.service.json;

/**
 * A named value that a request may have: a field of a JSON object, or a parameter of a URL.
 *
 * @param description for a person; empty for none
 */
public record Field(String name, Schema schema, String description, boolean required) {
    public static Field required(String name, Schema schema, String description) {
        return new Field(name, schema, description, true);
    }

    public static Field optional(String name, Schema schema, String description) {
        return new Field(name, schema, description, false);
    }
}
