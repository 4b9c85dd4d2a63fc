package io.freshet.client.recommendation;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Reads and writes recommendations as JSON:
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
 * <p>A score of the model is the probability that the item is next; 0 for an item that the model does not know. The model's weights are those of the snapshot {@code
 * version} with the log applied up to {@code step}. Times are epoch milliseconds; the cause's is that of its Kafka record.
 * Unknown fields are ignored, because later versions of Freshet may write more. Thread-safe.
 */
public final class RecommendationCodec {
    private static final JsonMapper JSON = JsonMapper.builder()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private RecommendationCodec() {}

    /** Returns the recommendation's JSON in UTF-8. */
    public static byte[] toJson(Recommendation recommendation) {
        try {
            return JSON.writeValueAsBytes(recommendation);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Parses a recommendation.
     *
     * @throws MalformedRecommendationException if the bytes are not a recommendation
     */
    public static Recommendation parse(byte[] json) throws MalformedRecommendationException {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (IOException e) {
            throw new MalformedRecommendationException("a recommendation must be JSON: length=" + json.length, e);
        }
        return new RecommendationReader(root, "a recommendation").recommendation();
    }
}
