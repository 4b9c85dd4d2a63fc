package io.freshet.service.recommend;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.freshet.store.sequence.ClickOrigin;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes answers as JSON, both for topics and for HTTP:
 *
 * <pre>
 * {"user_id": "u",                                                 only if it is about a user
 *  "items": [{"item_id": "i", "score": 0.031,                      best first
 *             "because": [{"item_id": "j", "weight": 0.4}, …]}, …],  only if requested
 *  "model": {"version": "000000000012-0123456789ab", "step": 17},  null if there is none or none was asked
 *  "variant": "b",                                                 only if there are several
 *  "fallback": "no-model",                                         only if popular items replace the answer
 *  "cause": {"topic": "clicks", "partition": 0, "offset": 5, "timestamp": 1700000000000},
 *                                                                  only if a record is answered
 *  "generated_at": 1700000000012}
 * </pre>
 *
 * <p>A score of the model is the probability that the item is next. The model's weights are those of the snapshot {@code
 * version} with the log applied up to {@code step}. Times are epoch milliseconds; the cause's is that of its Kafka record.
 */
public final class RecommendationWriter {
    private static final JsonFactory JSON = new JsonFactory();

    private RecommendationWriter() {}

    /**
     * Returns the JSON of an answer, in UTF-8.
     *
     * @param userId the user of the answer; null if it is not about a user that Freshet knows
     * @param cause the record that is answered; null for none
     */
    public static byte[] toJson(
            @Nullable String userId, Recommendation answer, @Nullable ClickOrigin cause, long generatedAtMs) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            if (userId != null) {
                json.writeStringField("user_id", userId);
            }
            writeItems(json, answer.items());
            writeSource(json, answer);
            if (cause != null) {
                writeCause(json, cause);
            }
            json.writeNumberField("generated_at", generatedAtMs);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void writeItems(JsonGenerator json, List<Recommendation.Item> items) throws IOException {
        json.writeArrayFieldStart("items");
        for (Recommendation.Item item : items) {
            json.writeStartObject();
            json.writeStringField("item_id", item.itemId());
            json.writeNumberField("score", item.score());
            if (item.because() != null) {
                writeBecause(json, item.because());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeBecause(JsonGenerator json, List<Recommendation.Because> because) throws IOException {
        json.writeArrayFieldStart("because");
        for (Recommendation.Because past : because) {
            json.writeStartObject();
            json.writeStringField("item_id", past.itemId());
            json.writeNumberField("weight", past.weight());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeSource(JsonGenerator json, Recommendation answer) throws IOException {
        Recommendation.Model model = answer.model();
        if (model == null) {
            json.writeNullField("model");
        } else {
            json.writeObjectFieldStart("model");
            json.writeStringField("version", model.version());
            json.writeNumberField("step", model.step());
            json.writeEndObject();
        }
        if (!answer.variant().isEmpty()) {
            json.writeStringField("variant", answer.variant());
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
