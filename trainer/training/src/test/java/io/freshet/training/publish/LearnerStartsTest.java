package io.freshet.training.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.SnapshotPlatform;
import io.freshet.model.tensor.Products;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.learner.TrainingConfig;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LearnerStartsTest {
    private static final OnlineConfig TWO = OnlineConfig.defaults(
                    "shop",
                    ModelConfig.defaults(1),
                    TrainingConfig.defaults(1),
                    Map.of("bootstrap.servers", "localhost:9092"))
            .withLearners(2, 2);

    @Test
    void shouldContinueALineageOfAsManyLearnersAndOfThisArithmetic() {
        Map<String, Object> here =
                SnapshotPlatform.describe(Products.forThisCpu().name(), 1);

        assertThat(LearnerStarts.isContinued(manifest(2, here), TWO)).isTrue();
        assertThat(LearnerStarts.isContinued(manifest(3, here), TWO)).isFalse();
        assertThat(LearnerStarts.isContinued(manifest(2, Map.of("arithmetic", "another")), TWO))
                .isFalse();
        assertThat(LearnerStarts.isContinued(null, TWO)).isFalse();
    }

    private static Manifest manifest(int learners, Map<String, Object> platform) {
        return new ManifestDraft("shop", 0, Instant.EPOCH)
                .platform(platform)
                .metrics(StartingPoint.withLearners(Map.of(), learners, 1))
                .covering(
                        new TopicPosition("model-log", 0, 0),
                        new TopicPosition("model-deltas", 0, 0),
                        List.of(new TopicPosition(TWO.topics().modelMerges(), 0, 0)))
                .complete("0-a", List.of());
    }
}
