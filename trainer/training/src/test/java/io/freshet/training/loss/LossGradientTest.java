package io.freshet.training.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import io.freshet.training.loss.LossConfig.Sampling;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests the losses in isolation, on random hidden states rather than an encoder's. Compares with central differences of
 * the scalar oracle, over several chunks and shards and more tokens than fit into a tile.
 */
class LossGradientTest {
    private static final int D = 16;
    private static final int ITEMS = 40;
    private static final int SHARDS = 2;
    private static final int[] CHUNK_ENDS = {40, 50, 95};
    private static final int SEQUENCES = 95;

    static List<LossConfig> losses() {
        List<LossConfig> losses = new ArrayList<>(List.of(
                LossConfig.crossEntropy(),
                LossConfig.tightCrossEntropy(0.7f),
                LossConfig.binaryCrossEntropy(),
                LossConfig.pairwiseRanking(),
                LossConfig.negativeSampling(ITEMS)));
        for (LossConfig loss : List.of(
                LossConfig.sampledSoftmax(9),
                LossConfig.scaledCrossEntropy(9),
                LossConfig.noiseContrastive(9),
                LossConfig.negativeSampling(9))) {
            for (Sampling sampling : List.of(Sampling.BATCH, Sampling.GROUP, Sampling.POSITION)) {
                losses.add(loss.with(sampling));
                losses.add(loss.with(sampling).withPopularityPower(0.75f));
            }
        }
        return losses;
    }

    private SequenceBatch batch = batch(false);
    private final int tokens = batch.tokens();
    private final double[][] h = normal(tokens, 1);
    private final double[][] e = normal(ITEMS, 2);

    /** Returns sequences of two to eight items, and one without targets. */
    private static SequenceBatch batch(boolean weighted) {
        SequenceBatch batch = new SequenceBatch(10);
        for (int s = 0; s < SEQUENCES; s++) {
            int sequence = s;
            int[] rows = IntStream.range(0, 2 + s % 7)
                    .map(i -> (int) CounterRandom.below(ITEMS, 9, sequence, Purpose.SHUFFLE, i))
                    .toArray();
            if (s == 3) {
                batch.addHistory(rows, 0, rows.length);
            } else {
                batch.addExample(rows, weighted ? weights(rows.length) : null, 0, rows.length);
            }
        }
        return batch;
    }

    /** Some weights are 0. The last is not, so that the number of tokens stays the same. */
    private static float[] weights(int length) {
        float[] weights = new float[length];
        for (int i = 0; i < length; i++) {
            weights[i] = i == length - 1 ? 4f : i % 3 / 2f;
        }
        return weights;
    }

    private static double[][] normal(int rows, int seed) {
        double[][] values = new double[rows][D];
        for (int i = 0; i < rows * D; i++) {
            values[i / D][i % D] = CounterRandom.normal(seed, 0, Purpose.SHUFFLE, i) * 0.5f;
        }
        return values;
    }

    @ParameterizedTest
    @MethodSource("losses")
    void shouldGiveLossAndGradientsOf(LossConfig loss) {
        check(loss);
    }

    @ParameterizedTest
    @MethodSource("losses")
    void shouldGiveLossAndGradientsByTheTargetsWeightsOf(LossConfig loss) {
        batch = batch(true);
        assertThat(batch.targetCount()).isLessThan(batch(false).targetCount());

        check(loss);
    }

    /** Some scores exceed the target's by more than 88, so that the sums would overflow at first. */
    @Test
    void shouldGiveLossAndGradientsWhereSumsOverflow() {
        for (double[] row : e) {
            for (int c = 0; c < D; c++) {
                row[c] = (float) (row[c] * 50);
            }
        }

        check(LossConfig.crossEntropy());
        check(LossConfig.tightCrossEntropy(0.7f));
        check(LossConfig.scaledCrossEntropy(9));
        check(LossConfig.scaledCrossEntropy(9).with(Sampling.POSITION));
    }

    private void check(LossConfig config) {
        long[] counts =
                IntStream.range(0, ITEMS).mapToLong(row -> row * row % 37).toArray();
        float weight = 1f / (float) batch.weightSum();
        try (RowTable items = new RowTable(D);
                FloatBlock states = FloatBlock.zeros(2L * tokens * D + tokens);
                BatchLoss loss = new BatchLoss(D, Products.forThisCpu(), config, 8, SHARDS)) {
            items.growTo(ITEMS);
            Matrix hidden = Matrix.over(states.memory(), 0, D);
            Matrix hiddenGradients = Matrix.over(states.memory(), (long) tokens * D, D);
            var shares = states.memory().asSlice(2L * tokens * D * Float.BYTES);
            copy(h, hidden);
            copy(e, Matrix.over(items.memory(0), 0, D));
            loss.restoreTargetCounts(counts);
            int[] chunkOfToken = new int[tokens];

            double sum = 0;
            loss.begin(batch, CHUNK_ENDS.length, loss.shardsFor(items.rows()), items, 5);
            for (int chunk = 0; chunk < CHUNK_ENDS.length; chunk++) {
                int first = chunk == 0 ? 0 : CHUNK_ENDS[chunk - 1];
                int token = batch.start(first);
                Arrays.fill(chunkOfToken, token, batch.start(CHUNK_ENDS[chunk]), chunk);
                Matrix states1 = Matrix.over(states.memory(), (long) token * D, D);
                Matrix gradients1 = Matrix.over(states.memory(), (long) (tokens + token) * D, D);
                var part = new LossChunk(
                        batch,
                        new LossChunk.Part(chunk, first, CHUNK_ENDS[chunk]),
                        states1,
                        items,
                        weight,
                        gradients1,
                        shares);
                sum += loss.backward(chunk % SHARDS, part, chunk < SHARDS);
            }

            var naive = new NaiveLosses(config, ITEMS, loss.draws(), chunkOfToken, counts);
            double mean = total(naive);
            assertThat(sum * weight).isCloseTo(mean, within(1e-4 + 1e-5 * mean));
            checkHidden(naive, hiddenGradients);
            checkItems(naive, loss, hidden, shares);
        }
    }

    private static void copy(double[][] values, Matrix to) {
        for (int row = 0; row < values.length; row++) {
            for (int c = 0; c < D; c++) {
                to.set(row, c, (float) values[row][c]);
            }
        }
    }

    private double total(NaiveLosses naive) {
        return IntStream.range(0, tokens)
                .mapToDouble(token -> weighted(naive, token))
                .sum();
    }

    private double weighted(NaiveLosses naive, int token) {
        if (batch.target(token) < 0) {
            return 0;
        }
        double[] scores = new double[ITEMS];
        for (int row = 0; row < ITEMS; row++) {
            for (int c = 0; c < D; c++) {
                scores[row] += h[token][c] * e[row][c];
            }
        }
        return batch.weight(token) * naive.of(scores, batch.target(token), token) / batch.weightSum();
    }

    private void checkHidden(NaiveLosses naive, Matrix gradients) {
        for (int token = 0; token < tokens; token++) {
            for (int c = token % 5; c < D; c += 5) {
                double old = h[token][c];
                h[token][c] = old + 1e-5;
                double above = weighted(naive, token);
                h[token][c] = old - 1e-5;
                double below = weighted(naive, token);
                h[token][c] = old;
                double expected = (above - below) / 2e-5;
                assertThat((double) gradients.get(token, c))
                        .as("token %d, column %d", token, c)
                        .isCloseTo(expected, within(1e-6 + 1e-3 * Math.abs(expected)));
            }
        }
    }

    private void checkItems(NaiveLosses naive, BatchLoss loss, Matrix hidden, MemorySegment shares) {
        try (FloatBlock block = FloatBlock.zeros((long) ITEMS * D)) {
            gather(loss, hidden, shares, block);
            for (int row = 0; row < ITEMS; row++) {
                for (int c = row % 11; c < D; c += 11) {
                    double old = e[row][c];
                    e[row][c] = old + 1e-5;
                    double above = total(naive);
                    e[row][c] = old - 1e-5;
                    double below = total(naive);
                    e[row][c] = old;
                    double expected = (above - below) / 2e-5;
                    float actual = block.memory().getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * D + c);
                    assertThat((double) actual)
                            .as("item %d, column %d", row, c)
                            .isCloseTo(expected, within(2e-6 + 1e-3 * Math.abs(expected)));
                }
            }
        }
    }

    /**
     * Gathers gradients row by row as a learner does: those of candidates by draw or by row, and the targets' shares of
     * h.
     */
    private void gather(BatchLoss loss, Matrix hidden, MemorySegment shares, FloatBlock gradients) {
        int candidates = loss.isOverAllItems() ? ITEMS : loss.drawCount();
        for (int candidate = 0; candidate < candidates; candidate++) {
            int row = loss.isOverAllItems() ? candidate : loss.draws()[candidate];
            if (row >= 0) {
                var sum = gradients.memory().asSlice((long) row * D * Float.BYTES, (long) D * Float.BYTES);
                loss.addCandidateGradient(sum, candidate, hidden);
            }
        }
        Matrix rows = Matrix.over(gradients.memory(), 0, D);
        for (int token = 0; token < tokens; token++) {
            int target = batch.target(token);
            float share = shares.getAtIndex(ValueLayout.JAVA_FLOAT, token);
            for (int c = 0; c < D && target >= 0; c++) {
                rows.set(target, c, rows.get(target, c) + share * hidden.get(token, c));
            }
        }
    }
}
