package io.freshet.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.encoder.SasRecConfig;
import io.freshet.encoder.SasRecLayout;
import io.freshet.encoder.SequenceBatch;
import io.freshet.optimizer.Adam;
import io.freshet.sampling.NegativeSampler;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every gradient of the whole step, through all layers, the loss and the gathering of rows, against central differences
 * of the scalar oracle. After the first step Adam's first moment is (1 - β₁) times the gradient.
 */
class LearnerGradientTest {
    private static final float BETA1 = 0.5f;
    private static final List<int[]> EXAMPLES =
            List.of(new int[] {0, 1, 2, 3, 4, 5}, new int[] {7, 2}, new int[] {5, 5, 9, 1}, new int[] {11, 3, 2});

    @Test
    void shouldGiveTheGradientsOfFullCrossEntropy() {
        check(new SasRecConfig(16, 5, 2, 1), 0f, 100, 1f);
    }

    @Test
    void shouldGiveTheGradientsOfScaledCrossEntropy() {
        check(new SasRecConfig(16, 5, 1, 1), 0f, 6, 3f);
    }

    @Test
    void shouldGiveTheGradientsWithAutomaticScale() {
        check(new SasRecConfig(16, 5, 1, 1), 0f, 6, TrainingConfig.AUTO_ALPHA);
    }

    @Test
    void shouldGiveTheGradientsUnderDropout() {
        check(new SasRecConfig(16, 7, 2, 1), 0.4f, 100, 1f);
    }

    @Test
    void shouldGiveTheGradientsOfSeveralHeads() {
        check(new SasRecConfig(32, 6, 1, 2), 0.2f, 100, 1f);
    }

    private static void check(SasRecConfig shape, float dropout, int negatives, float alpha) {
        ModelConfig config = new ModelConfig(shape, 0.3f, 42);
        TrainingConfig training =
                new TrainingConfig(new Adam.Settings(1e-3f, BETA1, 0.9f, 1e-8f, 0f), dropout, negatives, alpha, 2, 2);
        try (RecommenderModel model = RecommenderModel.initial(config);
                Learner learner = new Learner(model, training)) {
            for (int i = 0; i < 12; i++) {
                learner.addIfAbsent("item-" + i);
            }
            perturb(model);
            NaiveSasRec oracle = new NaiveSasRec(model);
            oracle.dropout = dropout;
            oracle.seed = 42;
            oracle.step = 1;
            int @Nullable [] candidates = negatives >= 12 ? null : draw(negatives);
            double scale = alpha == TrainingConfig.AUTO_ALPHA ? 11.0 / negatives : alpha;

            SequenceBatch batch = new SequenceBatch(shape.maxLength());
            EXAMPLES.forEach(rows -> batch.addExample(rows, 0, rows.length));
            double loss = learner.learn(batch);

            assertThat(loss).isCloseTo(oracle.loss(EXAMPLES, candidates, scale), within(1e-5));
            assertThat(oracle.dropped > 0).isEqualTo(dropout > 0);
            checkDense(learner, oracle, candidates, scale);
            checkItems(learner, oracle, candidates, scale);
        }
    }

    /** Gains and biases away from 1 and 0, so that their part in other gradients shows. */
    private static void perturb(RecommenderModel model) {
        for (SasRecLayout.Parameter p : model.layout().parameters()) {
            if (p.rows() == 1) {
                for (int i = 0; i < p.size(); i++) {
                    int index = p.start() + i;
                    float value = model.dense().getAtIndex(ValueLayout.JAVA_FLOAT, index);
                    model.dense().setAtIndex(ValueLayout.JAVA_FLOAT, index, value + 0.1f * ((i % 7) - 3));
                }
            }
        }
    }

    private static int[] draw(int negatives) {
        int[] drawn = new int[negatives];
        int[] slots = new int[12];
        Arrays.fill(slots, -1);
        NegativeSampler.draw(negatives, 12, 42, 1, drawn, slots);
        return drawn;
    }

    private static void checkDense(Learner learner, NaiveSasRec oracle, int @Nullable [] candidates, double alpha) {
        for (int i = 0; i < oracle.dense.length; i++) {
            double expected = oracle.derivative(oracle.dense, i, EXAMPLES, candidates, alpha);
            float moment = learner.denseFirstMoments().memory().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            assertThat((double) moment / (1 - BETA1))
                    .as("dense parameter %d", i)
                    .isCloseTo(expected, within(2e-5 + 2e-3 * Math.abs(expected)));
        }
    }

    private static void checkItems(Learner learner, NaiveSasRec oracle, int @Nullable [] candidates, double alpha) {
        var moments = learner.itemFirstMoments();
        for (int row = 0; row < oracle.items.length; row++) {
            for (int c = 0; c < oracle.config.dim(); c++) {
                double expected = oracle.derivative(oracle.items[row], c, EXAMPLES, candidates, alpha);
                float moment = moments.memory(row).get(ValueLayout.JAVA_FLOAT, moments.at(row) + 4L * c);
                assertThat((double) moment / (1 - BETA1))
                        .as("item row %d, column %d", row, c)
                        .isCloseTo(expected, within(2e-5 + 2e-3 * Math.abs(expected)));
            }
        }
    }
}
