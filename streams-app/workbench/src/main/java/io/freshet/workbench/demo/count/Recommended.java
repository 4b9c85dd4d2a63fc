package io.freshet.workbench.demo.count;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
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
    private static final JsonMapper JSON = new JsonMapper();

    public Recommended {
        items = List.copyOf(items);
    }

    /**
     * Reads what the demo needs of a recommendation.
     *
     * @throws UncheckedIOException if the bytes are not JSON, or an item's id is not a string
     */
    public static Recommended parse(byte[] json) {
        try {
            JsonNode root = JSON.readTree(json);
            List<String> items = new ArrayList<>();
            for (JsonNode item : root.path("items")) {
                JsonNode id = item.path("item_id");
                if (!id.isTextual()) {
                    throw new IOException("an item_id must be a text: it is " + id);
                }
                items.add(id.textValue());
            }
            long clickTimestampMs = root.path("cause").path("timestamp").longValue();
            return new Recommended(items, !root.has("fallback"), clickTimestampMs);
        } catch (IOException e) {
            throw new UncheckedIOException("a recommendation must be JSON", e);
        }
    }
}
