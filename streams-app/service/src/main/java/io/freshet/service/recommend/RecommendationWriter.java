package io.freshet.service.recommend;

import io.freshet.client.recommendation.Fallback;
import io.freshet.client.recommendation.Recommendation;
import io.freshet.client.recommendation.RecommendationCodec;
import io.freshet.store.sequence.ClickOrigin;
import org.jspecify.annotations.Nullable;

/** Writes answers as the JSON of {@link RecommendationCodec}, both for topics and for HTTP. */
public final class RecommendationWriter {
    private RecommendationWriter() {}

    /**
     * Returns the JSON of an answer, in UTF-8.
     *
     * @param userId the user of the answer; null if it is not about a user that Freshet knows
     * @param cause the record that is answered; null for none
     */
    public static byte[] toJson(
            @Nullable String userId, Answer answer, @Nullable ClickOrigin cause, long generatedAtMs) {
        Fallback fallback = answer.fallback();
        return RecommendationCodec.toJson(new Recommendation(
                userId,
                answer.items(),
                answer.model(),
                answer.variant(),
                fallback == null ? null : fallback.code(),
                cause == null
                        ? null
                        : new Recommendation.Cause(
                                cause.topic(), cause.partition(), cause.offset(), cause.recordTimestampMs()),
                generatedAtMs));
    }
}
