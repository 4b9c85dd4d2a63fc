package io.freshet.online;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.loss.LossConfig;
import io.freshet.loss.LossConfig.Sampling;
import io.freshet.model.TrainingConfig;
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
}
