package io.freshet.service.clickformat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.freshet.client.click.ClickBuilder;
import io.freshet.client.click.ClickBuilder.Field;
import io.freshet.client.click.MalformedClickException;
import io.freshet.client.click.MalformedClickException.Reason;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the values of a {@link PathTree} from one JSON document in a single pass, without building a tree of the document.
 * A value that is read must occur once. All other values are skipped. Used once, by one thread.
 */
final class JsonReading {
    /**
     * Maximum length of a record: 1 MiB, Kafka's default. It is more than that of a record in Freshet's own JSON, because
     * envelopes may contain a schema.
     */
    static final int MAX_RECORD_BYTES = 1 << 20;

    /** Field names are not interned: a hostile producer's names would stay in the JVM for ever. */
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(MAX_RECORD_BYTES)
                    .maxNameLength(MAX_RECORD_BYTES)
                    .build())
            .build();

    private final ClickBuilder click;
    private final Map<String, String> attributes = new HashMap<>();
    private final Set<String> envelopes = new HashSet<>();
    private final BitSet seen = new BitSet();

    /** @param click receives the fields that are read */
    JsonReading(ClickBuilder click) {
        this.click = click;
    }

    /**
     * Reads a document.
     *
     * @throws MalformedClickException if it is not a JSON object, a value occurs twice, or a value is of the wrong kind
     */
    void read(byte[] json, PathTree tree) throws MalformedClickException {
        read(json, 0, tree);
    }

    /** Reads a document that begins at a position of the record. Otherwise as {@link #read(byte[], PathTree)}. */
    void read(byte[] json, int start, PathTree tree) throws MalformedClickException {
        requireLength(json);
        try (JsonParser parser = JSON.createParser(json, start, json.length - start)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new MalformedClickException(Reason.NOT_JSON, "record must be JSON: it is blank");
            }
            if (first != JsonToken.START_OBJECT) {
                throw new MalformedClickException(Reason.NOT_AN_OBJECT, "record must be a JSON object: it is " + first);
            }
            object(parser, tree);
            if (parser.nextToken() != null) {
                throw new MalformedClickException(
                        Reason.NOT_JSON, "nothing must follow the JSON object: " + parser.currentToken() + " follows");
            }
        } catch (IOException e) {
            throw new MalformedClickException(Reason.NOT_JSON, "record must be JSON: length=" + json.length, e);
        }
    }

    /** @throws MalformedClickException if a record is longer than {@link #MAX_RECORD_BYTES} */
    static void requireLength(byte[] record) throws MalformedClickException {
        if (record.length > MAX_RECORD_BYTES) {
            throw new MalformedClickException(
                    Reason.RECORD_TOO_LARGE,
                    "record must have at most " + MAX_RECORD_BYTES + " bytes: length=" + record.length);
        }
    }

    /** Returns a text of the envelope that was read, or null if it is absent or null. */
    @Nullable
    String attribute(String name) {
        return attributes.get(name);
    }

    /** Returns whether an object of the envelope was read. */
    boolean hasEnvelope(String name) {
        return envelopes.contains(name);
    }

    private void object(JsonParser parser, PathTree node) throws IOException, MalformedClickException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            PathTree child = node.find(parser.currentName());
            value(parser, parser.nextToken(), child);
        }
    }

    private void array(JsonParser parser, PathTree node) throws IOException, MalformedClickException {
        int position = 0;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            value(parser, token, node.find(Integer.toString(position++)));
        }
    }

    private void value(JsonParser parser, JsonToken token, @Nullable PathTree node)
            throws IOException, MalformedClickException {
        if (node == null) {
            parser.skipChildren();
            return;
        }
        if (seen.get(node.number())) {
            throw new MalformedClickException(
                    Reason.DUPLICATE_FIELD, "field must occur once: field=" + parser.currentName());
        }
        seen.set(node.number());
        if (node.envelope() != null) {
            enter(token, node.envelope());
        }
        if (node.attribute() != null) {
            attribute(parser, token, node.attribute());
        }
        for (Field field : node.fields()) {
            field(parser, token, field);
        }
        // A leaf's value is neither an object nor an array: those were refused above.
        switch (token) {
            case START_OBJECT -> object(parser, node);
            case START_ARRAY -> array(parser, node);
            default -> {
                // A plain value, which has been read if the node is a leaf. What is looked for below it is absent.
            }
        }
    }

    private void enter(JsonToken token, String name) throws MalformedClickException {
        if (token == JsonToken.START_OBJECT) {
            if (!envelopes.add(name)) {
                throw new MalformedClickException(Reason.DUPLICATE_FIELD, "field must occur once: field=" + name);
            }
        } else if (token != JsonToken.VALUE_NULL) {
            throw new MalformedClickException(Reason.NOT_IN_FORMAT, name + " must be an object: it is " + token);
        }
    }

    private void attribute(JsonParser parser, JsonToken token, String name)
            throws IOException, MalformedClickException {
        if (token == JsonToken.VALUE_NULL) {
            return;
        }
        if (token != JsonToken.VALUE_STRING) {
            throw new MalformedClickException(Reason.NOT_IN_FORMAT, name + " must be a string: it is " + token);
        }
        if (attributes.put(name, parser.getText()) != null) {
            throw new MalformedClickException(Reason.DUPLICATE_FIELD, "field must occur once: field=" + name);
        }
    }

    private void field(JsonParser parser, JsonToken token, Field field) throws IOException, MalformedClickException {
        switch (token) {
            case VALUE_NULL -> {
                // Counts as absent.
            }
            case VALUE_STRING -> click.text(field, parser.getText());
            case VALUE_NUMBER_INT -> click.integer(field, parser.getText());
            default -> throw click.unreadable(field, token.toString());
        }
    }
}
