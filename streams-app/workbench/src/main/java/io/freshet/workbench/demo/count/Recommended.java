package io.freshet.workbench.demo.count;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The parts of a {@code recommendations} record that the demo uses.
 *
 * @param items best first
 * @param byModel whether the model made the recommendation; otherwise popularity did
 * @param clickTimestampMs Kafka timestamp of the click that caused the recommendation
 */
public record Recommended(List<String> items, boolean byModel, long clickTimestampMs) {
    private static final JsonFactory JSON = new JsonFactory();

    public Recommended {
        items = List.copyOf(items);
    }

    /**
     * Reads what the demo needs of a recommendation.
     *
     * @throws UncheckedIOException if the bytes are not JSON, or an item's id is not a string
     */
    public static Recommended parse(byte[] json) {
        List<String> items = new ArrayList<>();
        boolean fallback = false;
        long clickTimestampMs = 0;
        String section = "";
        int depth = 0;
        try (JsonParser parser = JSON.createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (token != JsonToken.FIELD_NAME) {
                    continue;
                }
                String name = parser.currentName();
                section = depth == 1 ? name : section;
                if (name.equals("item_id") && section.equals("items")) {
                    items.add(text(parser));
                } else if (name.equals("timestamp") && section.equals("cause")) {
                    clickTimestampMs = parser.nextLongValue(0);
                } else if (name.equals("fallback") && depth == 1) {
                    fallback = true;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a recommendation must be JSON", e);
        }
        return new Recommended(items, !fallback, clickTimestampMs);
    }

    private static String text(JsonParser parser) throws IOException {
        String text = parser.nextTextValue();
        if (text == null) {
            throw new IOException("an item_id must be a text: it is " + parser.currentToken());
        }
        return text;
    }
}
