package io.freshet.client.serialization;

import io.freshet.client.recommendation.Recommendation;
import org.apache.kafka.common.serialization.Serdes;

/** The serde of recommendations, for Kafka Streams. Thread-safe. */
public final class RecommendationSerde extends Serdes.WrapperSerde<Recommendation> {
    /** Creates a serde of {@link RecommendationSerializer} and {@link RecommendationDeserializer}. */
    public RecommendationSerde() {
        super(new RecommendationSerializer(), new RecommendationDeserializer());
    }
}
