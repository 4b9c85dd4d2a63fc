package io.freshet.scoring;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.freshet.sequence.ClickOrigin;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Writes recommendations as JSON:
 *
 * <pre>
 * {"user_id": "u",
 *  "items": [{"item_id": "i", "score": 0.031}, …],                 best first
 *  "model": {"version": "000000000012-0123456789ab", "step": 17},  null while there is none
 *  "fallback": "no-model",                                         only where popularity answers
 *  "cause": {"topic": "clicks", "partition": 0, "offset": 5, "timestamp": 1700000000000},
 *  "generated_at": 1700000000012}
 * </pre>
 *
 * A score of the model is how probably the item is next. The model's weights are those of the snapshot {@code version}
 * after the log up to {@code step}. Times are epoch milliseconds; the cause's is its Kafka record's. Not thread-safe.
 */
final class RecommendationWriter {
    private static final JsonFactory JSON = new JsonFactory();

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);

    /**
     * The JSON of a recommender's answer, in UTF-8.
     *
     * @param userId in UTF-8
     */
    byte[] write(byte[] userId, Recommender answer, ClickOrigin cause, long generatedAtMs) {
        bytes.reset();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeFieldName("user_id");
            json.writeUTF8String(userId, 0, userId.length);
            writeItems(json, answer.items());
            writeModel(json, answer);
            writeCause(json, cause);
            json.writeNumberField("generated_at", generatedAtMs);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void writeItems(JsonGenerator json, TopItems items) throws IOException {
        json.writeArrayFieldStart("items");
        for (int rank = 0; rank < items.size(); rank++) {
            json.writeStartObject();
            json.writeStringField("item_id", items.itemId(rank));
            json.writeNumberField("score", items.score(rank));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeModel(JsonGenerator json, Recommender answer) throws IOException {
        if (answer.hasModel()) {
            json.writeObjectFieldStart("model");
            json.writeStringField("version", answer.version());
            json.writeNumberField("step", answer.step());
            json.writeEndObject();
        } else {
            json.writeNullField("model");
        }
        Fallback fallback = answer.fallback();
        if (fallback != null) {
            json.writeStringField("fallback", fallback.code());
        }
    }

    private static void writeCause(JsonGenerator json, ClickOrigin cause) throws IOException {
        json.writeObjectFieldStart("cause");
        json.writeStringField("topic", cause.topic());
        json.writeNumberField("partition", cause.partition());
        json.writeNumberField("offset", cause.offset());
        json.writeNumberField("timestamp", cause.recordTimestampMs());
        json.writeEndObject();
    }
}
