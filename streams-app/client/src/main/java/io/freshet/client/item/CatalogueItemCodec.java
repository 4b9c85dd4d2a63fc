package io.freshet.client.item;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.freshet.client.text.Utf8;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the JSON of a catalogue item: {@code {"categories": ["c", …], "available": true, "title": "t", "embedding":
 * [0.5, …]}}. An absent {@code available} means true, and any other absent field means none. Other fields belong to the shop and
 * are ignored. Thread-safe.
 */
public final class CatalogueItemCodec {
    /** Does not intern field names: the names of the shop's own fields would stay in the JVM for ever. */
    private static final JsonMapper JSON = new JsonMapper(new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build());

    private CatalogueItemCodec() {}

    /**
     * Reads an item of the catalogue.
     *
     * @throws MalformedItemException if the bytes are not a valid item; the message names the violated condition
     */
    public static CatalogueItem parse(byte[] json) throws MalformedItemException {
        List<String> violated = new ArrayList<>(1);
        CatalogueItem item = parse(json, violated::add);
        if (!violated.isEmpty()) {
            throw new MalformedItemException(violated.get(0));
        }
        return item;
    }

    /**
     * Reads an item of the catalogue, without its title or its embedding if these are malformed.
     *
     * @param ignored receives the condition that the title or the embedding violates
     * @throws MalformedItemException if something else is malformed; the message names the violated condition
     */
    public static CatalogueItem parse(byte[] json, Consumer<String> ignored) throws MalformedItemException {
        try (JsonParser parser = JSON.createParser(json)) {
            JsonNode item = JSON.readTree(parser);
            if (item == null || !item.isObject()) {
                throw new MalformedItemException("an item must be a JSON object: it is " + tokenOf(item));
            }
            if (parser.nextToken() != null) {
                throw new MalformedItemException("nothing must follow the JSON object: " + parser.currentToken());
            }
            JsonNode available = item.path("available");
            if (!isAbsent(available) && !available.isBoolean()) {
                throw new MalformedItemException("available must be true or false: it is " + tokenOf(available));
            }
            return new CatalogueItem(
                    categories(item.path("categories")),
                    available.asBoolean(true),
                    title(item.path("title"), ignored),
                    embedding(item.path("embedding"), ignored));
        } catch (IOException e) {
            throw new MalformedItemException("an item must be JSON: length=" + json.length, e);
        }
    }

    /** Returns the item's JSON in UTF-8. */
    public static byte[] toJson(CatalogueItem item) {
        ObjectNode json = JSON.createObjectNode();
        ArrayNode categories = json.putArray("categories");
        item.categories().forEach(categories::add);
        json.put("available", item.available());
        if (item.title() != null) {
            json.put("title", item.title());
        }
        if (!item.embedding().isEmpty()) {
            ArrayNode embedding = json.putArray("embedding");
            item.embedding().forEach(embedding::add);
        }
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> categories(JsonNode node) throws MalformedItemException {
        if (!isAbsent(node) && !node.isArray()) {
            throw new MalformedItemException("categories must be an array: it is " + tokenOf(node));
        }
        Set<String> categories = new LinkedHashSet<>();
        for (JsonNode category : node) {
            if (!category.isTextual() && !category.isIntegralNumber()) {
                throw new MalformedItemException(
                        "a category must be a string or an integer: it is " + tokenOf(category));
            }
            if (Utf8.length(category.asText()) == Utf8.UNPAIRED_SURROGATE) {
                throw new MalformedItemException("a category must have no unpaired surrogate");
            }
            categories.add(category.asText());
        }
        return List.copyOf(categories);
    }

    private static @Nullable String title(JsonNode node, Consumer<String> ignored) {
        if (isAbsent(node)) {
            return null;
        }
        if (!node.isTextual()) {
            ignored.accept("title must be a string: it is " + tokenOf(node));
            return null;
        }
        if (Utf8.length(node.textValue()) == Utf8.UNPAIRED_SURROGATE) {
            ignored.accept("title must have no unpaired surrogate");
            return null;
        }
        return node.textValue();
    }

    private static List<Float> embedding(JsonNode node, Consumer<String> ignored) {
        if (isAbsent(node)) {
            return List.of();
        }
        if (!node.isArray() || node.size() > CatalogueItem.MAX_EMBEDDING) {
            ignored.accept("embedding must be an array of at most " + CatalogueItem.MAX_EMBEDDING + " numbers: it is "
                    + tokenOf(node) + " of size " + node.size());
            return List.of();
        }
        List<Float> embedding = new ArrayList<>(node.size());
        for (JsonNode number : node) {
            if (!number.isNumber() || !Float.isFinite(number.floatValue())) {
                ignored.accept("embedding must have only numbers within the range of 32-bit floats: it has "
                        + tokenOf(number));
                return List.of();
            }
            embedding.add(number.floatValue());
        }
        return embedding;
    }

    private static boolean isAbsent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private static @Nullable JsonToken tokenOf(@Nullable JsonNode node) {
        return node == null ? null : node.asToken();
    }
}
