package io.freshet.client.serialization;

import io.freshet.client.request.RecommendationRequest;
import io.freshet.client.request.RequestWriter;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Serialises requests for recommendations to the JSON of {@link RequestWriter}. Null becomes a tombstone. Thread-safe. */
public final class RecommendationRequestSerializer implements Serializer<RecommendationRequest> {
    @Override
    public byte @Nullable [] serialize(String topic, @Nullable RecommendationRequest data) {
        return data == null ? null : RequestWriter.toJson(data);
    }
}
