package io.freshet.client.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;

/**
 * Writes requests as JSON:
 *
 * <pre>
 * {"user_id": "u",                                                either this
 *  "history": ["a", {"item_id": "b", "timestamp": 1700000000000, "event_type": "view"}, …],  or this, oldest first
 *  "k": 10,
 *  "exclude": ["c", …], "include_only": ["d", …], "categories": ["e", …],  each only if it restricts the items
 *  "max_per_category": 2, "min_score": 0.01,                       each only if it restricts the items
 *  "why": true}                                                    only if true
 * </pre>
 *
 * Thread-safe.
 */
public final class RequestWriter {
    private static final JsonFactory JSON = new JsonFactory();

    private RequestWriter() {}

    /** Returns the request's JSON in UTF-8. */
    public static byte[] toJson(RecommendationRequest request) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (request.userId() != null) {
                json.writeStringField("user_id", request.userId());
            }
            if (request.history() != null) {
                json.writeArrayFieldStart("history");
                for (RecommendationRequest.Event event : request.history()) {
                    write(json, event);
                }
                json.writeEndArray();
            }
            json.writeNumberField("k", request.k());
            write(json, request.selection());
            if (request.why()) {
                json.writeBooleanField("why", true);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, RecommendationRequest.Event event) throws IOException {
        boolean hasTime = event.timestampMs() != RecommendationRequest.JUST_NOW;
        if (!hasTime && event.eventType() == null) {
            json.writeString(event.itemId());
            return;
        }
        json.writeStartObject();
        json.writeStringField("item_id", event.itemId());
        if (hasTime) {
            json.writeNumberField("timestamp", event.timestampMs());
        }
        if (event.eventType() != null) {
            json.writeStringField("event_type", event.eventType());
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, ItemSelection selection) throws IOException {
        if (!selection.exclude().isEmpty()) {
            write(json, "exclude", selection.exclude());
        }
        if (selection.includeOnly() != null) {
            write(json, "include_only", selection.includeOnly());
        }
        if (!selection.categories().isEmpty()) {
            write(json, "categories", selection.categories());
        }
        if (selection.maxPerCategory() > 0) {
            json.writeNumberField("max_per_category", selection.maxPerCategory());
        }
        if (Float.compare(selection.minScore(), 0f) != 0) {
            json.writeNumberField("min_score", selection.minScore());
        }
    }

    private static void write(JsonGenerator json, String field, Collection<String> values) throws IOException {
        json.writeArrayFieldStart(field);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }
}
