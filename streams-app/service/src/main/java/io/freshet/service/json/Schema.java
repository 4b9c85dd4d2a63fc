package io.freshet.service.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.freshet.client.click.Click;
import java.util.List;
import java.util.stream.Stream;

/** A JSON schema of an OpenAPI 3.1 or AsyncAPI 3.0 document. Immutable. */
@FunctionalInterface
public interface Schema {
    /** The forms of {@link io.freshet.client.click.IsoTimestamp}. It also refuses days and times that do not exist. */
    String ISO_TIMESTAMP = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,18})?)?"
            + "(Z|[+-][0-9]{2}(:?[0-9]{2})?)$";

    /** Returns the schema as a new JSON object, and adds to the components the named schemas that it refers to. */
    ObjectNode in(Components components);

    /** Returns the schema of a record, or of another type that its components may have, as {@link JsonRecords} writes it. */
    static Schema of(Class<?> type) {
        return components -> components.of(type);
    }

    /** Returns the schema of values that have one of these JSON types. */
    static Schema type(String... types) {
        Schema any = _ -> JsonNodeFactory.instance.objectNode();
        return any.with("type", types.length == 1 ? types[0] : types);
    }

    /** Returns the schema of a text of 1 to {@code maxBytes} bytes of UTF-8. */
    static Schema text(int maxBytes) {
        return type("string").with("minLength", 1).bounded(maxBytes);
    }

    /** Returns the schema of an id in JSON. An integer counts as the text of its digits. */
    static Schema id() {
        return type("string", "integer").with("minLength", 1).bounded(Click.MAX_ID_BYTES);
    }

    /** Returns the schema of a text of at most {@code maxBytes} bytes of UTF-8, or null. */
    static Schema optionalText(int maxBytes) {
        return type("string", "null").bounded(maxBytes);
    }

    private Schema bounded(int maxBytes) {
        // A character of JSON schema is a code point, and has at least one byte.
        return with("maxLength", maxBytes).described("At most " + maxBytes + " bytes of UTF-8.");
    }

    /** Returns the schema of the time of a click. */
    static Schema timestamp() {
        return type("integer", "string")
                .with("minimum", 0)
                .with("maximum", Click.MAX_TIMESTAMP_MS)
                .with("pattern", ISO_TIMESTAMP)
                .described("Milliseconds since 1970, or ISO-8601 with an offset.");
    }

    /** Returns the schema of an object with these fields, and with any others. */
    static Schema object(List<Field> fields) {
        return components -> {
            ObjectNode object = type("object").in(components);
            fields.stream()
                    .filter(Field::required)
                    .forEach(field -> object.withArray("required").add(field.name()));
            ObjectNode properties = object.putObject("properties");
            for (Field field : fields) {
                properties.set(
                        field.name(),
                        field.schema().described(field.description()).in(components));
            }
            return object;
        };
    }

    static Schema oneOf(Schema... choices) {
        return components -> {
            ObjectNode schema = JsonNodeFactory.instance.objectNode();
            Stream.of(choices).forEach(choice -> schema.withArray("oneOf").add(choice.in(components)));
            return schema;
        };
    }

    /** Returns the schema of an array of values of this schema. */
    default Schema list() {
        return components -> type("array").in(components).set("items", in(components));
    }

    default Schema with(String keyword, Object value) {
        return components -> in(components).set(keyword, JsonRecords.MAPPER.valueToTree(value));
    }

    /** Returns a copy that allows null, too. The schema must have a type. */
    default Schema orNull() {
        return components -> {
            ObjectNode schema = in(components);
            JsonNode type = schema.path("type");
            ArrayNode types = schema.putArray("type");
            if (type.isArray()) {
                type.forEach(types::add);
            } else {
                types.add(type);
            }
            types.add("null");
            return schema;
        };
    }

    /** Returns a copy with a description, which is put before an earlier one. */
    default Schema described(String text) {
        return components -> {
            ObjectNode schema = in(components);
            String earlier = schema.path("description").asText();
            return text.isEmpty() ? schema : schema.put("description", (text + " " + earlier).strip());
        };
    }

    /** Returns a copy that allows no fields but those of the schema. */
    default Schema closed() {
        return with("additionalProperties", false);
    }

    /** Returns a reference to this schema, which is written once, under this name. */
    default Schema named(String name) {
        return components -> components.reference(name, () -> in(components));
    }
}
