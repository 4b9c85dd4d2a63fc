package io.freshet.store.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.client.text.Utf8;
import java.util.ArrayDeque;
import java.util.Deque;

/** Checks the texts of a JSON document. An escape can express an unpaired surrogate, which UTF-8 cannot encode. */
final class JsonTexts {
    private JsonTexts() {}

    /** Returns whether every text, including field names, can be written in UTF-8. */
    static boolean areWritable(JsonNode root) {
        Deque<JsonNode> nodes = new ArrayDeque<>();
        nodes.add(root);
        while (!nodes.isEmpty()) {
            JsonNode node = nodes.remove();
            if (node.isTextual() && !isWritable(node.textValue())) {
                return false;
            }
            for (var field : node.properties()) {
                if (!isWritable(field.getKey())) {
                    return false;
                }
            }
            node.forEach(nodes::add);
        }
        return true;
    }

    private static boolean isWritable(String text) {
        return Utf8.length(text) != Utf8.UNPAIRED_SURROGATE;
    }
}
