package io.freshet.service.recommend;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonTypeName;
import io.freshet.service.json.JsonRecords;
import io.freshet.store.sequence.ClickOrigin;
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
    private RecommendationWriter() {}

    /** An answer as a document. */
    @JsonTypeName("Recommendation")
    public record Document(
            @Nullable String userId,
            List<Recommendation.Item> items,
            @JsonInclude(Include.ALWAYS) Recommendation.@Nullable Model model,

            @JsonInclude(Include.NON_EMPTY)
            @JsonPropertyDescription("The variant that answers; absent if there is only one.")
            String variant,

            @JsonPropertyDescription("Why the answer has popular items; absent if the items come from the model.")
            @Nullable
            String fallback,

            @JsonPropertyDescription("The record that is answered; absent in an answer over HTTP.") @Nullable
            Cause cause,

            @JsonPropertyDescription("Milliseconds since 1970.")
            long generatedAt) {}

    /** The record that an answer is about. */
    public record Cause(
            String topic,
            int partition,
            long offset,

            @JsonPropertyDescription("Time of the record, in milliseconds since 1970.")
            long timestamp) {}

    /**
     * Returns the JSON of an answer, in UTF-8.
     *
     * @param userId the user of the answer; null if it is not about a user that Freshet knows
     * @param cause the record that is answered; null for none
     */
    public static byte[] toJson(
            @Nullable String userId, Recommendation answer, @Nullable ClickOrigin cause, long generatedAtMs) {
        Fallback fallback = answer.fallback();
        return JsonRecords.write(new Document(
                userId,
                answer.items(),
                answer.model(),
                answer.variant(),
                fallback == null ? null : fallback.code(),
                cause == null
                        ? null
                        : new Cause(cause.topic(), cause.partition(), cause.offset(), cause.recordTimestampMs()),
                generatedAtMs));
    }
}
