package io.freshet.service.recommend;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.ScoringKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.store.sequence.ClickOrigin;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The format of the records on the topic of recommendations. Thread-safe. */
public interface RecommendationFormat {
    /** Returns the format that the configuration names. Does no I/O. */
    static RecommendationFormat of(FreshetConfig config) {
        return config.get(ScoringKeys.AVRO)
                ? new AvroRecommendations(config.schemas(), config.get(TopicKeys.RECOMMENDATIONS))
                : RecommendationWriter::toJson;
    }

    /**
     * Returns the value of a record.
     *
     * @param userId the user of the answer; null if it is not about a user that Freshet knows
     * @param cause the record that is answered
     */
    byte[] write(@Nullable String userId, Answer answer, @Nullable ClickOrigin cause, long generatedAtMs);

    /** Returns the schema of the records if they are in Avro, as JSON. */
    default Optional<String> avroSchema() {
        return Optional.empty();
    }

    /**
     * Does what must be done once before {@link #write}.
     *
     * @throws org.apache.kafka.common.config.ConfigException if the schema registry refuses the schema, with its reason
     * @throws io.freshet.service.schema.RegistryAwayException if the schema registry does not answer within a minute
     */
    default void prepare() {}
}
