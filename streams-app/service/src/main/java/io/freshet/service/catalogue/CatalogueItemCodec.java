package io.freshet.service.catalogue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.freshet.store.format.Utf8;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Parses the JSON of a catalogue item: {@code {"categories": ["c", …], "available": true}}. An absent {@code categories}
 * means none, and an absent {@code available} means true. Other fields belong to the shop and are ignored. Thread-safe.
 */
public final class CatalogueItemCodec {
    /** Does not intern field names: the names of the shop's own fields would stay in the JVM for ever. */
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private CatalogueItemCodec() {}

    /**
     * Reads an item of the catalogue.
     *
     * @throws MalformedItemException if the bytes are not a valid item; the message names the violated condition
     */
    public static CatalogueItem parse(byte[] json) throws MalformedItemException {
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedItemException("an item must be a JSON object: it is " + parser.currentToken());
            }
            CatalogueItem item = item(parser);
            if (parser.nextToken() != null) {
                throw new MalformedItemException("nothing must follow the JSON object: " + parser.currentToken());
            }
            return item;
        } catch (IOException e) {
            throw new MalformedItemException("an item must be JSON: length=" + json.length, e);
        }
    }

    private static CatalogueItem item(JsonParser parser) throws IOException, MalformedItemException {
        List<String> categories = List.of();
        boolean available = true;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("categories") && value != JsonToken.VALUE_NULL) {
                categories = categories(parser);
            } else if (name.equals("available") && value != JsonToken.VALUE_NULL) {
                available = truth(parser);
            } else {
                parser.skipChildren();
            }
        }
        return new CatalogueItem(categories, available);
    }

    private static List<String> categories(JsonParser parser) throws IOException, MalformedItemException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw new MalformedItemException("categories must be an array: it is " + parser.currentToken());
        }
        Set<String> categories = new LinkedHashSet<>();
        for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
            if (next != JsonToken.VALUE_STRING && next != JsonToken.VALUE_NUMBER_INT) {
                throw new MalformedItemException("a category must be a string or an integer: it is " + next);
            }
            String category = parser.getText();
            if (Utf8.length(category) == Utf8.UNPAIRED_SURROGATE) {
                throw new MalformedItemException("a category must have no unpaired surrogate");
            }
            categories.add(category);
        }
        return List.copyOf(categories);
    }

    private static boolean truth(JsonParser parser) throws IOException, MalformedItemException {
        if (!parser.currentToken().isBoolean()) {
            throw new MalformedItemException("available must be true or false: it is " + parser.currentToken());
        }
        return parser.getBooleanValue();
    }
}
