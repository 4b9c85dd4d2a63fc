package io.freshet.store.snapshot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatException;
import io.freshet.store.format.FormatVersionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Set;

/**
 * Reads and writes a record as a JSON document, with component names in snake case, times in ISO-8601, and the version in
 * {@code format_version}. Unknown fields are ignored; all known fields are required.
 *
 * @param name name of the document in messages
 * @param oldest oldest format version that can be read
 * @param newest newest format version that can be read, and the one that is written
 */
record SnapshotJson<T>(String name, Class<T> type, int oldest, int newest) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .addModule(new SimpleModule()
                    .addSerializer(Instant.class, ToStringSerializer.instance)
                    .addDeserializer(Instant.class, new InstantReader()))
            .build();

    /** Uses line feeds on every platform, so that the same document gives the same bytes. */
    private static final ObjectWriter WRITER =
            JSON.writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

    /** Returns the document in UTF-8. */
    byte[] write(T document) {
        try {
            return WRITER.writeValueAsBytes(document);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the document in UTF-8 without some of its fields, as an earlier version wrote it. */
    byte[] writeWithout(Set<String> fields, T document) {
        ObjectNode root = JSON.valueToTree(document);
        root.remove(fields);
        try {
            return WRITER.writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a copy that uses another name in messages. */
    SnapshotJson<T> named(String other) {
        return new SnapshotJson<>(other, type, oldest, newest);
    }

    /**
     * Parses a document.
     *
     * @throws FormatException if the bytes are corrupt, too old or too new
     */
    T read(byte[] json) {
        return value(tree(json), json.length);
    }

    /**
     * Parses the bytes as JSON and checks the format version.
     *
     * @throws FormatException if the bytes are corrupt, too old or too new
     */
    JsonNode tree(byte[] json) {
        try {
            JsonNode root = JSON.readTree(json);
            requireReadable(root.path("format_version"));
            if (!JsonTexts.areWritable(root)) {
                throw new CorruptFormatException(
                        name + " must have no unpaired surrogate in a text: length=" + json.length);
            }
            return root;
        } catch (IOException e) {
            throw corrupt(json.length, e);
        }
    }

    /**
     * Converts parsed JSON to a document.
     *
     * @param length length of the JSON in bytes
     * @throws FormatException if the JSON is not such a document
     */
    T value(JsonNode root, int length) {
        try {
            return JSON.treeToValue(root, type);
        } catch (IOException e) {
            throw corrupt(length, e);
        }
    }

    private CorruptFormatException corrupt(int length, IOException e) {
        return new CorruptFormatException(
                name + " must be a JSON object with all fields: length=" + length + ", " + e.getMessage(), e);
    }

    private void requireReadable(JsonNode version) {
        if (!version.isInt()) {
            throw new CorruptFormatException(name + " must have an integer format_version: found=" + version);
        }
        FormatVersionException.require(name, version.intValue(), oldest, newest);
    }

    private static final class InstantReader extends FromStringDeserializer<Instant> {
        InstantReader() {
            super(Instant.class);
        }

        @Override
        protected Instant _deserialize(String text, DeserializationContext context) throws IOException {
            try {
                return Instant.parse(text);
            } catch (DateTimeException e) {
                return (Instant) context.handleWeirdStringValue(Instant.class, text, "%s", e.getMessage());
            }
        }
    }
}
