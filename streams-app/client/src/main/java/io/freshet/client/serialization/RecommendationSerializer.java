package io.freshet.client.serialization;

import io.freshet.client.recommendation.Recommendation;
import io.freshet.client.recommendation.RecommendationCodec;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Serialises recommendations to the JSON of {@link RecommendationCodec}. Null becomes a tombstone. Thread-safe. */
public final class RecommendationSerializer implements Serializer<Recommendation> {
    @Override
    public byte @Nullable [] serialize(String topic, @Nullable Recommendation data) {
        return data == null ? null : RecommendationCodec.toJson(data);
    }
}
