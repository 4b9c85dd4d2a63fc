package io.freshet.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.encoder.EncoderTypes;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class CaserTest {
    private static final int D = 16;
    private static final int L = 5;
    private static final int[][] HISTORIES = {{3}, {1, 2, 3, 4, 5}, {9, 8}, {0, 1, 2, 3, 4, 5, 6, 7}, {5, 5, 5}};

    private final Random random = new Random(2);

    @Test
    void shouldHaveTheStatesOfThePapersFormulas() {
        Dl4jShape shape = Networks.caser(D);
        SequenceBatch batch = new SequenceBatch(L);
        for (int[] history : HISTORIES) {
            batch.addHistory(history, 0, history.length);
        }
        try (RowTable items = items();
                FloatBlock weights = FloatBlock.zeros(shape.layout().size());
                HistoryEncoder serving = shape.serving(Products.forThisCpu(), HISTORIES.length * L)) {
            for (int i = 0; i < weights.length(); i++) {
                Matrix.over(weights.memory(), i, 1).set(0, 0, (float) random.nextGaussian() / 4);
            }
            ComputationGraph named = new ComputationGraph(
                    ComputationGraphConfiguration.fromJson(NetworkFile.canonical(CaserType.network(D))));
            named.init(weights.array().reshape(1, weights.length()), true);

            Matrix states = serving.encode(batch, 0, HISTORIES.length, items, weights.memory());

            for (int s = 0; s < HISTORIES.length; s++) {
                double[] expected = state(named, window(items, HISTORIES[s]));
                for (int c = 0; c < D; c++) {
                    assertThat((double) states.get(s, c))
                            .as("state %d, %d", s, c)
                            .isCloseTo(expected[c], within(1e-4));
                }
            }
        }
    }

    /** Returns the vectors of the newest L items (L, d), with zeros before them. */
    private static double[][] window(RowTable items, int[] history) {
        double[][] window = new double[L][D];
        for (int t = 0; t < Math.min(L, history.length); t++) {
            for (int c = 0; c < D; c++) {
                window[L - 1 - t][c] = items.chunk(0).get(history[history.length - 1 - t], c);
            }
        }
        return window;
    }

    private static double[] state(ComputationGraph named, double[][] window) {
        double[] features = new double[4 * D + 16 * L];
        INDArray vertical = named.getParam("vertical_W"); // (4, 1, 1, L)
        for (int k = 0; k < 4; k++) {
            for (int c = 0; c < D; c++) {
                double sum = named.getParam("vertical_b").getDouble(k);
                for (int t = 0; t < L; t++) {
                    sum += vertical.getDouble(k, 0, 0, t) * window[t][c];
                }
                features[k * D + c] = sum;
            }
        }
        for (int h = 1; h <= L; h++) {
            for (int k = 0; k < 16; k++) {
                features[4 * D + 16 * (h - 1) + k] = greatest(named, h, k, window);
            }
        }
        INDArray weight = named.getParam("state_W"); // (4 d + 80, d)
        double[] state = new double[D];
        for (int c = 0; c < D; c++) {
            state[c] = named.getParam("state_b").getDouble(c);
            for (int f = 0; f < features.length; f++) {
                state[c] += features[f] * weight.getDouble(f, c);
            }
        }
        return state;
    }

    private static double greatest(ComputationGraph named, int h, int k, double[][] window) {
        // DL4J 1.0.0-M2.1 gives the shape as (16, d, h, 1), but convolves with the same numbers as (h, d, 16).
        INDArray weight = named.getParam("horizontal_" + h + "_W").reshape('c', h, D, 16);
        double greatest = 0; // of ReLU
        for (int t = 0; t + h <= L; t++) {
            double sum = named.getParam("horizontal_" + h + "_b").getDouble(k);
            for (int i = 0; i < h; i++) {
                for (int c = 0; c < D; c++) {
                    sum += weight.getDouble(i, c, k) * window[t + i][c];
                }
            }
            greatest = Math.max(greatest, sum);
        }
        return greatest;
    }

    private RowTable items() {
        RowTable items = new RowTable(D);
        items.growTo(10);
        for (int i = 0; i < 10 * D; i++) {
            items.chunk(0).set(i / D, i % D, (float) random.nextGaussian());
        }
        return items;
    }

    @Test
    void shouldLookAtFiveItemsAndRefuseToLookAtFewer() {
        assertThat(Networks.caser(32).maxLength()).isEqualTo(5);
        assertThat(Networks.caser(32).describe())
                .containsOnlyKeys(EncoderTypes.DIM, EncoderTypes.MAX_LENGTH, "network_sha256")
                .containsEntry(EncoderTypes.DIM, 32)
                .containsEntry(EncoderTypes.MAX_LENGTH, 5);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CaserType().shape(Map.of(EncoderTypes.DIM, 64, EncoderTypes.MAX_LENGTH, 4)))
                .withMessage("max_length must be at least 5 for caser: max_length=4");
    }
}
