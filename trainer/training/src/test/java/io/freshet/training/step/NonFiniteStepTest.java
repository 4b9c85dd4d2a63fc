package io.freshet.training.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.NonFiniteModelException;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.Lanes;
import io.freshet.store.SnapshotFiles;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.TrainingConfig;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

/** If a weight is not finite, the loss of the next step is not finite. A trainer detects this before it publishes. */
final class NonFiniteStepTest {
    private static final ModelConfig MODEL = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 12, 1, 1), .1f, 7);
    private static final LearningConfig LEARNING =
            new LearningConfig(2, 12, new LearningConfig.Replay(8, 5, 10), new LearningConfig.Metrics(10, 50));

    @Test
    void shouldShowByItsLossThatAParameterIsNotFinite() {
        assertShown(model -> model.dense().fill((byte) 0xff));
    }

    @Test
    void shouldShowByItsLossThatAnItemOfTheBatchIsNotFinite() {
        assertShown(model -> {
            int row = model.vocabulary().rowOf("b");
            model.items()
                    .memory(row)
                    .set(ValueLayout.JAVA_FLOAT_UNALIGNED, model.items().at(row), Float.NaN);
        });
    }

    private interface Plant {
        void in(RecommenderModel model);
    }

    private static void assertShown(Plant plant) {
        ClickStream stream = new ClickStream();
        try (OnlineLearner learner = OnlineLearner.initial(MODEL, TrainingConfig.defaults(1), LEARNING)) {
            learner.step(List.of(stream.click("anna", "a"), stream.click("anna", "b"), stream.click("anna", "c")));
            assertThatCode(learner::requireFinite).doesNotThrowAnyException();

            plant.in(learner.model());
            StepOutcome outcome = learner.step(List.of(stream.click("anna", "a"), stream.click("anna", "b")));

            assertThat(outcome.lastBatch().loss()).isNaN();
            assertThatThrownBy(learner::requireFinite)
                    .isInstanceOf(NonFiniteModelException.class)
                    .hasMessageContaining("step=2");
            assertThatThrownBy(() -> learner.addTo(new SnapshotFiles())).isInstanceOf(NonFiniteModelException.class);
        }
    }
}
