package io.freshet.training.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.network.Bert4RecConfig;
import io.freshet.model.encoder.network.BsaRecConfig;
import io.freshet.model.encoder.network.FmlpRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.optimizer.Adam;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares encoders with one state per sequence with their oracles: the states, and the gradients of all parameters and
 * items by central differences of {@code Σ G ∘ H} for a fixed G.
 */
class OneStateEncoderTest {
    private static final int ITEMS = 12;
    private static final long SEED = 42;
    private static final long STEP = 3;
    private static final List<int[]> HISTORIES =
            List.of(new int[] {0, 1, 2, 3, 4}, new int[] {7}, new int[] {5, 5, 9}, new int[] {11, 3}, new int[] {
                1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1
            });

    static Stream<Arguments> shapes() {
        return Stream.of(
                Arguments.of(new FmlpRecConfig(16, 6, 1), 0f, 3),
                Arguments.of(new FmlpRecConfig(16, 7, 2), 0f, 7),
                Arguments.of(new FmlpRecConfig(16, 6, 3), .3f, 17),
                Arguments.of(new FmlpRecConfig(32, 12, 2), .4f, 101),
                Arguments.of(new FmlpRecConfig(64, 50, 2), .2f, 4001),
                Arguments.of(new BsaRecConfig(16, 6, 1, 1), 0f, 5),
                Arguments.of(new BsaRecConfig(16, 7, 2, 1), .3f, 17),
                Arguments.of(new BsaRecConfig(32, 12, 3, 2), .2f, 211),
                Arguments.of(new BsaRecConfig(64, 50, 2, 1), .4f, 6007),
                Arguments.of(new Bert4RecConfig(16, 6, 1, 1), 0f, 5),
                Arguments.of(new Bert4RecConfig(16, 7, 2, 1), .3f, 17),
                Arguments.of(new Bert4RecConfig(32, 12, 3, 2), .2f, 211));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldGiveTheStatesAndGradientsOfTheOracle(EncoderShape shape, float dropout, int every) {
        try (Fixture fixture = new Fixture(shape, dropout)) {
            NaiveOneStateEncoder oracle = fixture.oracle();
            Pass pass = fixture.pass(HISTORIES, HISTORIES.size());
            double[][] states = fixture.states(oracle);
            for (int s = 0; s < HISTORIES.size(); s++) {
                for (int c = 0; c < shape.dim(); c++) {
                    assertThat((double) pass.states[s][c])
                            .as("sequence %d, column %d", s, c)
                            .isCloseTo(states[s][c], within(1e-4));
                }
            }
            assertThat(oracle.dropped > 0).isEqualTo(dropout > 0);
            for (Parameter p : shape.layout().parameters()) {
                for (int i = p.start(); i < p.start() + p.size(); i += every) {
                    if (p.name().equals("pad")) {
                        assertThat(pass.gradients[i]).as("pad").isZero();
                    } else {
                        double expected = fixture.derivative(oracle, oracle.dense, i);
                        assertThat((double) pass.gradients[i])
                                .as("%s, number %d", p.name(), i - p.start())
                                .isCloseTo(expected, within(5e-5 + 2e-3 * Math.abs(expected)));
                    }
                }
            }
            for (int item = 0; item < ITEMS; item++) {
                for (int c = item % every; c < shape.dim(); c += every) {
                    double expected = fixture.derivative(oracle, oracle.items[item], c);
                    assertThat((double) pass.items[item][c])
                            .as("item %d, column %d", item, c)
                            .isCloseTo(expected, within(5e-5 + 2e-3 * Math.abs(expected)));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldGiveTheSameBitsHoweverABatchIsCutIntoChunks(EncoderShape shape, float dropout, int every) {
        try (Fixture fixture = new Fixture(shape, dropout)) {
            Pass whole = fixture.pass(HISTORIES, HISTORIES.size());
            Pass cut = fixture.pass(HISTORIES, 2);

            assertThat(cut.states).isDeepEqualTo(whole.states);
            assertThat(cut.tokenGradients).isDeepEqualTo(whole.tokenGradients);
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldServeTheBitsOfTheTrainingPass(EncoderShape shape, float dropout, int every) {
        try (Fixture fixture = new Fixture(shape, 0f);
                HistoryEncoder serving = shape.serving(Products.forThisCpu(), fixture.capacity(HISTORIES.size()))) {
            float[][] states = fixture.pass(HISTORIES, HISTORIES.size()).states;
            SequenceBatch batch = batch(shape, HISTORIES);

            Matrix served = serving.encode(batch, 0, HISTORIES.size(), fixture.model.items(), fixture.model.dense());
            assertThat(rows(served, HISTORIES.size(), shape.dim())).isDeepEqualTo(states);
            Matrix part = serving.encode(batch, 3, 4, fixture.model.items(), fixture.model.dense());
            assertThat(rows(part, 1, shape.dim())).isDeepEqualTo(new float[][] {states[3]});
        }
    }

    @Test
    void shouldDropOtherNumbersFromEachSequence() {
        for (EncoderShape shape :
                List.of(new FmlpRecConfig(16, 6, 2), new BsaRecConfig(16, 6, 2, 1), new Bert4RecConfig(16, 6, 2, 1))) {
            try (Fixture fixture = new Fixture(shape, .3f)) {
                float[][] states = fixture.pass(List.of(HISTORIES.getFirst(), HISTORIES.getFirst()), 2).states;

                assertThat(states[0]).isNotEqualTo(states[1]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void shouldRefuseMoreSequencesThanItHasPlacesFor(EncoderShape shape, float dropout, int every) {
        try (Fixture fixture = new Fixture(shape, dropout);
                Encoder encoder = shape.training(Products.forThisCpu(), fixture.capacity(1))) {
            SequenceBatch batch = batch(shape, HISTORIES);
            int places = shape.places(Math.min(5, shape.maxLength())) + shape.places(1);
            assertThat(encoder.capacity()).isEqualTo(fixture.capacity(1));
            if (places > encoder.capacity()) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> encoder.forward(batch, 0, 2, fixture.model.items(), fixture.model.dense()))
                        .withMessage("there must not be more than " + encoder.capacity() + " places at once: places="
                                + places);
            }
        }
    }

    private static SequenceBatch batch(EncoderShape shape, List<int[]> histories) {
        SequenceBatch batch = new SequenceBatch(shape);
        for (int[] rows : histories) {
            batch.addHistory(rows, 0, rows.length);
        }
        return batch;
    }

    private static float[][] rows(Matrix matrix, int count, int d) {
        float[][] rows = new float[count][d];
        for (int row = 0; row < count; row++) {
            for (int c = 0; c < d; c++) {
                rows[row][c] = matrix.get(row, c);
            }
        }
        return rows;
    }

    /** Results of a forward and a backward pass over a batch. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Pass(float[][] states, float[][] tokenGradients, float[] gradients, float[][] items) {}

    /** A model whose gains, biases and pads differ from their initial values, so that they affect the gradients. */
    private static final class Fixture implements AutoCloseable {
        final RecommenderModel model;
        final EncoderShape shape;
        float dropout;

        Fixture(EncoderShape shape, float dropout) {
            this.shape = shape;
            this.dropout = dropout;
            model = RecommenderModel.initial(new ModelConfig(shape, .3f, SEED));
            Adam.Settings adam = new Adam.Settings(1e-3f, .9f, .999f, 1e-8f, 0f);
            try (Learner learner = new Learner(model, new TrainingConfig(adam, 0f, LossConfig.crossEntropy(), 1, 1))) {
                for (int i = 0; i < ITEMS; i++) {
                    learner.addIfAbsent("item-" + i);
                }
            }
            for (Parameter p : shape.layout().parameters()) {
                for (int i = 0; i < p.size(); i++) {
                    float value = model.dense().getAtIndex(ValueLayout.JAVA_FLOAT, p.start() + i);
                    float moved = p.rows() == 1 ? value + .1f * ((i % 7) - 3) : 8 * value;
                    model.dense().setAtIndex(ValueLayout.JAVA_FLOAT, p.start() + i, moved);
                }
            }
        }

        NaiveOneStateEncoder oracle() {
            NaiveOneStateEncoder oracle = (NaiveOneStateEncoder) NaiveEncoder.of(model);
            oracle.dropout = dropout;
            oracle.seed = SEED;
            oracle.step = STEP;
            SequenceBatch batch = batch(shape, HISTORIES);
            oracle.firstPlace = sequence -> batch.places(0, sequence);
            return oracle;
        }

        int capacity(int sequences) {
            return sequences * shape.places(shape.maxLength());
        }

        double[][] states(NaiveOneStateEncoder oracle) {
            double[][] states = new double[HISTORIES.size()][];
            for (int s = 0; s < states.length; s++) {
                int[] rows = HISTORIES.get(s);
                int from = Math.max(0, rows.length - shape.maxLength());
                states[s] = oracle.state(Arrays.copyOfRange(rows, from, rows.length), s);
            }
            return states;
        }

        double derivative(NaiveOneStateEncoder oracle, double[] block, int index) {
            double h = 1e-5;
            double old = block[index];
            block[index] = old + h;
            double above = product(states(oracle));
            block[index] = old - h;
            double below = product(states(oracle));
            block[index] = old;
            return (above - below) / (2 * h);
        }

        private static double product(double[][] states) {
            double sum = 0;
            for (int s = 0; s < states.length; s++) {
                for (int c = 0; c < states[s].length; c++) {
                    sum += weight(s, c) * states[s][c];
                }
            }
            return sum;
        }

        private static float weight(int sequence, int column) {
            return (float) Math.sin(1 + 5.0 * sequence + 3.0 * column);
        }

        /** Runs a pass over the batch in chunks of {@code chunk} sequences. */
        Pass pass(List<int[]> histories, int chunk) {
            int d = shape.dim();
            SequenceBatch batch = batch(shape, histories);
            try (Encoder encoder = shape.training(Products.forThisCpu(), capacity(chunk));
                    FloatBlock transposed = FloatBlock.zeros(shape.layout().size());
                    FloatBlock gradients = FloatBlock.zeros(shape.layout().size());
                    FloatBlock dHiddenBlock = FloatBlock.zeros((long) chunk * d);
                    FloatBlock dItemsBlock = FloatBlock.zeros((long) batch.tokens() * d)) {
                shape.transposeWeights(model.dense(), transposed.memory());
                Matrix dHidden = Matrix.over(dHiddenBlock.memory(), 0, d);
                Matrix dItems = Matrix.over(dItemsBlock.memory(), 0, d);
                encoder.beginStep(dropout, SEED, STEP);
                List<float[]> states = new ArrayList<>();
                for (int first = 0; first < batch.sequences(); first += chunk) {
                    int last = Math.min(batch.sequences(), first + chunk);
                    Matrix hidden = encoder.forward(batch, first, last, model.items(), model.dense());
                    states.addAll(Arrays.asList(rows(hidden, last - first, d)));
                    for (int s = first; s < last; s++) {
                        for (int c = 0; c < d; c++) {
                            dHidden.set(s - first, c, weight(s, c));
                        }
                    }
                    encoder.backward(batch, dHidden, model.dense(), transposed.memory(), gradients.memory(), dItems);
                }
                float[][] tokenGradients = rows(dItems, batch.tokens(), d);
                float[][] items = new float[ITEMS][d];
                for (int token = 0; token < batch.tokens(); token++) {
                    for (int c = 0; c < d; c++) {
                        items[batch.input(token)][c] += tokenGradients[token][c];
                    }
                }
                return new Pass(
                        states.toArray(float[][]::new),
                        tokenGradients,
                        gradients.memory().toArray(ValueLayout.JAVA_FLOAT),
                        items);
            }
        }

        @Override
        public void close() {
            model.close();
        }
    }
}
