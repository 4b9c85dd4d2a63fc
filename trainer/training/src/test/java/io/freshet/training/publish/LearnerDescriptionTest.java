package io.freshet.training.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.loss.LossConfig.Sampling;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LearnerDescriptionTest {
    private static Map<String, Object> describe(LossConfig loss) {
        TrainingConfig training = TrainingConfig.defaults(2);
        return LearnerDescription.training(
                new TrainingConfig(training.optimizer(), training.dropout(), loss, training.workers(), 2),
                LearningConfig.DEFAULT);
    }

    @Test
    void shouldTellAllThatALossDependsOn() {
        LossConfig loss =
                LossConfig.noiseContrastive(30).with(Sampling.POSITION).withPopularityPower(0.75f);

        assertThat(describe(loss))
                .containsEntry("loss", "nce")
                .containsEntry("sampling", "position")
                .containsEntry("negatives", 30)
                .containsEntry("alpha", 1f)
                .containsEntry("eta", 0.7f)
                .containsEntry("c", 10f)
                .containsEntry("popularity_power", 0.75f);
    }

    @Test
    void shouldTellAnAutomaticScaleByItsName() {
        assertThat(describe(LossConfig.scaledCrossEntropy(100))).containsEntry("alpha", "auto");
        assertThat(describe(LossConfig.scaledCrossEntropy(100, 50f))).containsEntry("alpha", 50f);
    }

    @Test
    void shouldTakeGradientsForUnboundedWhenAManifestIsOlderThanTheirBound() {
        Manifest manifest = manifest(Map.of("k", 10));
        assertThat(LearnerDescription.training(manifest)).containsEntry("max_gradient_norm", 0.0);
        assertThat(LearnerDescription.training(manifest(Map.of("max_gradient_norm", 2.5f))))
                .containsEntry("max_gradient_norm", 2.5);
        TrainingConfig usual = TrainingConfig.defaults(2);
        assertThat(manifest(LearnerDescription.training(usual, LearningConfig.DEFAULT))
                        .training())
                .containsEntry("max_gradient_norm", 0.0);
    }

    @Test
    void shouldTakeVectorsOfNewItemsForRandomWhenAManifestDoesNotSay() {
        assertThat(LearnerDescription.training(manifest(Map.of("k", 10)))).containsEntry("new_items", "random");
        assertThat(LearnerDescription.training(TrainingConfig.defaults(2), LearningConfig.DEFAULT))
                .containsEntry("new_items", "history");
    }

    private static Manifest manifest(Map<String, Object> training) {
        return new ManifestDraft("main", 0, Instant.EPOCH).training(training).complete("0-a", List.of());
    }
}
