package io.freshet.training.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.network.Bert4RecConfig;
import io.freshet.model.encoder.network.BsaRecConfig;
import io.freshet.model.encoder.network.FmlpRecConfig;
import io.freshet.model.encoder.network.Gru4RecConfig;
import io.freshet.model.encoder.network.LruRecConfig;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.Lanes;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.loss.LossConfig.Sampling;
import io.freshet.training.loss.NaiveLosses;
import io.freshet.training.optimizer.Adam;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares every gradient of a whole step, through all layers, the loss and the gathering of rows, with central
 * differences of the scalar oracle. After the first step Adam's first moment is (1 - β₁) times the gradient.
 */
class LearnerGradientTest {
    private static final float BETA1 = 0.5f;
    private static final int ITEMS = 12;
    private static final long[] COUNTS = {0, 3, 1, 8, 0, 2, 5, 0, 1, 4, 30, 2};
    private static final List<int[]> EXAMPLES =
            List.of(new int[] {0, 1, 2, 3, 4, 5}, new int[] {7, 2}, new int[] {5, 5, 9, 1}, new int[] {11, 3, 2});

    private static final float[] WEIGHTS = {0, 2, 0.25f, 0, 1, 4, 1, 0, 0.5f, 0, 3}; // weights of the examples' tokens

    static List<LossConfig> losses() {
        List<LossConfig> losses = new ArrayList<>(List.of(
                LossConfig.crossEntropy(),
                LossConfig.tightCrossEntropy(0.7f),
                LossConfig.binaryCrossEntropy(),
                LossConfig.pairwiseRanking(),
                LossConfig.scaledCrossEntropy(100),
                LossConfig.noiseContrastive(100)));
        for (LossConfig loss : List.of(
                LossConfig.sampledSoftmax(6),
                LossConfig.scaledCrossEntropy(6, 3f),
                LossConfig.scaledCrossEntropy(6),
                LossConfig.noiseContrastive(6),
                LossConfig.negativeSampling(6))) {
            for (Sampling sampling : List.of(Sampling.BATCH, Sampling.GROUP, Sampling.POSITION)) {
                losses.add(loss.with(sampling));
                losses.add(loss.with(sampling).withPopularityPower(0.75f));
            }
        }
        return losses;
    }

    @ParameterizedTest
    @MethodSource("losses")
    void shouldGiveTheGradientsOf(LossConfig loss) {
        check(new SasRecConfig(16, 5, 1, 1), 0f, loss);
    }

    @Test
    void shouldGiveTheGradientsOfSeveralBlocks() {
        check(new SasRecConfig(16, 5, 2, 1), 0f, LossConfig.crossEntropy());
    }

    @Test
    void shouldGiveTheGradientsUnderDropout() {
        check(new SasRecConfig(16, 7, 2, 1), 0.4f, LossConfig.crossEntropy());
    }

    @Test
    void shouldGiveTheGradientsOfSeveralHeads() {
        check(new SasRecConfig(32, 6, 1, 2), 0.2f, LossConfig.crossEntropy());
    }

    @ParameterizedTest
    @ValueSource(floats = {0f, .4f})
    void shouldGiveTheGradientsOfGru4Rec(float dropout) {
        check(new Gru4RecConfig(16, 6), dropout, LossConfig.crossEntropy());
    }

    @ParameterizedTest
    @ValueSource(floats = {0f, .3f})
    void shouldGiveTheGradientsOfLruRec(float dropout) {
        check(new LruRecConfig(16, 6, 2), dropout, LossConfig.crossEntropy(), 43);
    }

    @ParameterizedTest
    @ValueSource(floats = {0f, .3f})
    void shouldGiveTheGradientsOfFmlpRec(float dropout) {
        check(new FmlpRecConfig(16, 4, 2), dropout, LossConfig.crossEntropy(), 7);
        check(
                new FmlpRecConfig(16, 5, 1),
                dropout,
                LossConfig.scaledCrossEntropy(6).with(Sampling.POSITION),
                7);
    }

    @ParameterizedTest
    @ValueSource(floats = {0f, .3f})
    void shouldGiveTheGradientsOfBsaRec(float dropout) {
        check(new BsaRecConfig(16, 4, 2, 1), dropout, LossConfig.crossEntropy(), 13);
        check(new BsaRecConfig(32, 5, 1, 2), dropout, LossConfig.scaledCrossEntropy(6), 13);
    }

    @ParameterizedTest
    @ValueSource(floats = {0f, .3f})
    void shouldGiveTheGradientsOfBert4Rec(float dropout) {
        check(new Bert4RecConfig(16, 4, 2, 1), dropout, LossConfig.crossEntropy(), 13);
        check(new Bert4RecConfig(32, 5, 1, 2), dropout, LossConfig.scaledCrossEntropy(6), 13);
    }

    /** Rows of four vectors have specialised kernels. */
    @Test
    void shouldGiveTheGradientsOfTheUsualWidth() {
        check(new SasRecConfig(4 * Lanes.WIDTH, 5, 1, 1), 0.3f, LossConfig.scaledCrossEntropy(6), 41);
    }

    private static void check(EncoderShape shape, float dropout, LossConfig loss) {
        check(shape, dropout, loss, 1);
    }

    /** Some weights are 0, but not that of the last token of a sequence. */
    @ParameterizedTest
    @MethodSource("losses")
    void shouldGiveTheGradientsByTheTargetsWeights(LossConfig loss) {
        check(new SasRecConfig(16, 5, 1, 1), 0.2f, loss, 3, token -> WEIGHTS[token]);
    }

    /** Checks one of {@code every} numbers. */
    private static void check(EncoderShape shape, float dropout, LossConfig loss, int every) {
        check(shape, dropout, loss, every, token -> 1);
    }

    private static void check(
            EncoderShape shape, float dropout, LossConfig loss, int every, IntToDoubleFunction weightOfToken) {
        ModelConfig config = new ModelConfig(shape, 0.3f, 42);
        TrainingConfig training =
                new TrainingConfig(new Adam.Settings(1e-3f, BETA1, 0.9f, 1e-8f, 0f), dropout, loss, 2, 2);
        try (RecommenderModel model = RecommenderModel.initial(config);
                Learner learner = new Learner(model, training)) {
            for (int i = 0; i < ITEMS; i++) {
                learner.addIfAbsent("item-" + i);
            }
            perturb(model);
            learner.loss().restoreTargetCounts(COUNTS);
            NaiveEncoder oracle = NaiveEncoder.of(model);
            oracle.dropout = dropout;
            oracle.seed = 42;
            oracle.step = 1;
            oracle.weightOfToken = weightOfToken;

            SequenceBatch batch = new SequenceBatch(shape);
            for (int[] rows : EXAMPLES) {
                batch.addExample(rows, weights(rows, batch.states(), weightOfToken), 0, rows.length);
            }
            oracle.batchTokens = batch.tokens();
            if (oracle instanceof NaiveOneStateEncoder oneState) {
                oneState.firstPlace = sequence -> batch.places(0, sequence);
            }
            double mean = learner.learn(batch);
            NaiveLosses naive =
                    new NaiveLosses(loss, ITEMS, learner.loss().draws(), chunkOfState(learner, batch), COUNTS);

            assertThat(mean).isCloseTo(oracle.loss(EXAMPLES, naive), within(1e-5));
            assertThat(oracle.dropped > 0).isEqualTo(dropout > 0);
            checkDense(learner, oracle, naive, every);
            checkItems(learner, oracle, naive, every);
        }
    }

    private static float[] weights(int[] rows, int firstToken, IntToDoubleFunction weightOfToken) {
        float[] weights = new float[rows.length];
        for (int i = 1; i < rows.length; i++) {
            weights[i] = (float) weightOfToken.applyAsDouble(firstToken + i - 1);
        }
        return weights;
    }

    private static int[] chunkOfState(Learner learner, SequenceBatch batch) {
        int[] chunks = new int[batch.states()];
        int first = 0;
        for (int chunk = 0; chunk < learner.chunkEnds().size(); chunk++) {
            int end = batch.firstState(learner.chunkEnds().get(chunk));
            Arrays.fill(chunks, first, end, chunk);
            first = end;
        }
        return chunks;
    }

    /** Moves gains and biases away from 1 and 0, so that they affect other gradients. */
    private static void perturb(RecommenderModel model) {
        for (ParameterLayout.Parameter p : model.layout().parameters()) {
            if (p.rows() == 1) {
                for (int i = 0; i < p.size(); i++) {
                    int index = p.start() + i;
                    float value = model.dense().getAtIndex(ValueLayout.JAVA_FLOAT, index);
                    model.dense().setAtIndex(ValueLayout.JAVA_FLOAT, index, value + 0.1f * ((i % 7) - 3));
                }
            }
        }
    }

    private static void checkDense(Learner learner, NaiveEncoder oracle, NaiveLosses loss, int every) {
        ParameterLayout.Parameter pad = oracle.parameters.get("pad");
        for (int i = 0; i < oracle.dense.length; i += every) {
            boolean constant = pad != null && i >= pad.start() && i < pad.start() + pad.size();
            double expected = constant ? 0 : oracle.derivative(oracle.dense, i, EXAMPLES, loss);
            float moment = learner.denseFirstMoments().memory().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            assertThat((double) moment / (1 - BETA1))
                    .as("dense parameter %d", i)
                    .isCloseTo(expected, within(2e-5 + 2e-3 * Math.abs(expected)));
        }
    }

    private static void checkItems(Learner learner, NaiveEncoder oracle, NaiveLosses loss, int every) {
        var moments = learner.itemFirstMoments();
        for (int row = 0; row < oracle.items.length; row++) {
            for (int c = row % every; c < oracle.shape.dim(); c += every) {
                double expected = oracle.derivative(oracle.items[row], c, EXAMPLES, loss);
                float moment = moments.memory(row).get(ValueLayout.JAVA_FLOAT, moments.at(row) + 4L * c);
                assertThat((double) moment / (1 - BETA1))
                        .as("item row %d, column %d", row, c)
                        .isCloseTo(expected, within(2e-5 + 2e-3 * Math.abs(expected)));
            }
        }
    }
}
