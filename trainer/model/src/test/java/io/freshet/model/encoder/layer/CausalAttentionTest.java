package io.freshet.model.encoder.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.ScalarDropout;
import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares with the formulas in scalar double precision and their central differences, for one sequence among the rows of
 * others and one head among the columns of others.
 */
class CausalAttentionTest {
    private static final int HEADS = 2;
    private static final int FIRST = 3;
    private static final int MAX_LENGTH = 37;
    private static final int ELEMENT = 1000;

    /** A head width in vectors, a sequence length and a dropout rate. */
    record Case(int vectorsOfHead, int length, float dropout) {}

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (int vectors : new int[] {1, 2, 4, 5}) {
            for (int length : new int[] {1, 2, 7, 16, 17, MAX_LENGTH}) {
                cases.add(new Case(vectors, length, 0f));
                cases.add(new Case(vectors, length, 0.4f));
            }
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldAttendAndGiveTheGradientsAsTheFormulasSay(Case given) {
        try (Head head = new Head(given)) {
            head.run();

            head.checkResult();
            head.checkGradient(head.q, head.dQ, "query");
            head.checkGradient(head.k, head.dK, "key");
            head.checkGradient(head.v, head.dV, "value");
            head.checkThatOthersStayed();
        }
    }

    /** The second head of one sequence. The objective is Σ O ∘ dO. */
    private static final class Head implements AutoCloseable {
        final int n;
        final int h;
        final int rows;
        final Dropout dropout;
        final CausalAttention attention;
        final FloatBlock block;
        final List<Matrix> matrices = new ArrayList<>(); // each (rows, HEADS · h)
        final Matrix probabilities;
        final double[][] q; // (n, h)
        final double[][] k; // (n, h)
        final double[][] v; // (n, h)
        final double[][] weight; // (n, h): dO
        final Matrix o;
        final Matrix dQ;
        final Matrix dK;
        final Matrix dV;

        Head(Case given) {
            n = given.length;
            h = given.vectorsOfHead * Lanes.WIDTH;
            rows = FIRST + n + 2;
            dropout = given.dropout == 0 ? Dropout.NONE : new Dropout(given.dropout, 99);
            attention = new CausalAttention(h, MAX_LENGTH, Products.forThisCpu());
            long size = (long) rows * HEADS * h;
            block = FloatBlock.zeros(8 * size + (long) rows * attention.stride());
            for (int i = 0; i < 8; i++) {
                matrices.add(Matrix.over(block.memory(), i * size, rows, HEADS * h));
            }
            probabilities = Matrix.over(block.memory(), 8 * size, rows, attention.stride());
            q = fill(0);
            k = fill(1);
            v = fill(2);
            weight = fill(3);
            o = matrices.get(4);
            dQ = matrices.get(5);
            dK = matrices.get(6);
            dV = matrices.get(7);
        }

        /** Fills the matrix's rows and columns of this head with normal numbers. All others stay 0. */
        private double[][] fill(int matrix) {
            double[][] values = new double[n][h];
            for (int i = 0; i < n * h; i++) {
                float value = CounterRandom.normal(matrix, 0, Purpose.INITIAL_WEIGHTS, i);
                values[i / h][i % h] = value;
                matrices.get(matrix).set(FIRST + i / h, h + i % h, value);
            }
            return values;
        }

        private AttentionMatrices head(int q, int k, int v, int o) {
            return new AttentionMatrices(matrices.get(q), matrices.get(k), matrices.get(v), matrices.get(o))
                    .rows(FIRST, n)
                    .columns(h, h);
        }

        void run() {
            Matrix p = probabilities.rows(FIRST, n);
            attention.forward(head(0, 1, 2, 4), p, dropout, ELEMENT);
            attention.backward(head(0, 1, 2, 4), p, dropout, ELEMENT, head(5, 6, 7, 3));
        }

        private double[] naive(int i) {
            double[] e = new double[i + 1];
            double sum = 0;
            for (int j = 0; j <= i; j++) {
                double score = 0;
                for (int c = 0; c < h; c++) {
                    score += q[i][c] * k[j][c];
                }
                e[j] = Math.exp(score / Math.sqrt(h));
                sum += e[j];
            }
            double[] result = new double[h];
            for (int j = 0; j <= i; j++) {
                double p = ScalarDropout.apply(e[j] / sum, dropout, ELEMENT + i * attention.stride() + j);
                for (int c = 0; c < h; c++) {
                    result[c] += p * v[j][c];
                }
            }
            return result;
        }

        private double objective(int firstRow) {
            double sum = 0;
            for (int i = firstRow; i < n; i++) {
                double[] result = naive(i);
                for (int c = 0; c < h; c++) {
                    sum += weight[i][c] * result[c];
                }
            }
            return sum;
        }

        void checkResult() {
            for (int i = 0; i < n; i++) {
                double[] expected = naive(i);
                for (int c = 0; c < h; c++) {
                    assertThat((double) o.get(FIRST + i, h + c)).isCloseTo(expected[c], within(1e-5));
                }
            }
        }

        /** Checks only some columns, because central differences are slow. */
        void checkGradient(double[][] input, Matrix actual, String name) {
            for (int i = 0; i < n; i++) {
                for (int c = i % 13; c < h; c += 13) {
                    double old = input[i][c];
                    input[i][c] = old + 1e-5;
                    double above = objective(i);
                    input[i][c] = old - 1e-5;
                    double below = objective(i);
                    input[i][c] = old;
                    assertThat((double) actual.get(FIRST + i, h + c))
                            .as("%s %d, column %d", name, i, c)
                            .isCloseTo((above - below) / 2e-5, within(5e-5));
                }
            }
        }

        void checkThatOthersStayed() {
            for (Matrix matrix : matrices) {
                for (int row = 0; row < rows; row++) {
                    boolean others = row < FIRST || row >= FIRST + n;
                    for (int c = 0; c < (others ? HEADS * h : h); c++) {
                        assertThat(matrix.get(row, c)).isZero();
                    }
                }
            }
        }

        @Override
        public void close() {
            attention.close();
            block.close();
        }
    }
}
