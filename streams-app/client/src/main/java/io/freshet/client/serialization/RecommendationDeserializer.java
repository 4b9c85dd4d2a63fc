package io.freshet.client.serialization;

import io.freshet.client.recommendation.MalformedRecommendationException;
import io.freshet.client.recommendation.Recommendation;
import io.freshet.client.recommendation.RecommendationCodec;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** Deserialises recommendations from the JSON of {@link RecommendationCodec}. A tombstone becomes null. Thread-safe. */
public final class RecommendationDeserializer implements Deserializer<Recommendation> {
    /** @throws SerializationException if the bytes are malformed; the message has the topic and the violated condition */
    @Override
    public @Nullable Recommendation deserialize(String topic, byte @Nullable [] data) {
        if (data == null) {
            return null;
        }
        try {
            return RecommendationCodec.parse(data);
        } catch (MalformedRecommendationException e) {
            throw new SerializationException("topic=" + topic + ": " + e.getMessage(), e);
        }
    }
}
