package io.freshet.scoring;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.freshet.sequence.ClickOrigin;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes answers as JSON, for topics and for HTTP alike:
 *
 * <pre>
 * {"user_id": "u",                                                 only where it is a user's
 *  "items": [{"item_id": "i", "score": 0.031,                      best first
 *             "because": [{"item_id": "j", "weight": 0.4}, …]}, …],  only where that was asked
 *  "model": {"version": "000000000012-0123456789ab", "step": 17},  null where none was asked
 *  "variant": "b",                                                 only where there are several
 *  "fallback": "no-model",                                         only where popularity answers
 *  "cause": {"topic": "clicks", "partition": 0, "offset": 5, "timestamp": 1700000000000},
 *                                                                  only where a record is answered
 *  "generated_at": 1700000000012}
 * </pre>
 *
 * A score of the model is how probably the item is next. The model's weights are those of the snapshot {@code version}
 * after the log up to {@code step}. Times are epoch milliseconds; the cause's is its Kafka record's.
 */
public final class RecommendationWriter {
    private static final JsonFactory JSON = new JsonFactory();

    private RecommendationWriter() {}

    /**
     * The JSON of an answer, in UTF-8.
     *
     * @param userId whose it is; null where it is about no user that Freshet knows
     * @param cause the record that is answered; null where it is none
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
