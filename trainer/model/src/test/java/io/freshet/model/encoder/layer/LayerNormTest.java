package io.freshet.model.encoder.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.encoder.network.SasRecLayout;
import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares with the formulas in scalar double precision, and with their central differences. */
class LayerNormTest {
    private static final int ROWS = 5;

    /** Uses widths that take different paths through the kernel: fewer than four vectors, four, and more. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 5})
    void shouldNormalizeAsTheFormulaSays(int vectors) {
        try (Layer layer = new Layer(vectors * Lanes.WIDTH)) {
            layer.forward(layer.y);

            for (int row = 0; row < ROWS; row++) {
                double[] expected = layer.naive(row);
                for (int c = 0; c < layer.d; c++) {
                    assertThat((double) layer.y.get(row, c)).isCloseTo(expected[c], within(1e-5));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 5})
    void shouldGiveTheSameWhenItOverwritesItsInput(int vectors) {
        try (Layer layer = new Layer(vectors * Lanes.WIDTH)) {
            layer.forward(layer.y);
            layer.forward(layer.x);

            for (int row = 0; row < ROWS; row++) {
                for (int c = 0; c < layer.d; c++) {
                    assertThat(layer.x.get(row, c)).isEqualTo(layer.y.get(row, c));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 5})
    void shouldGiveTheGradients(int vectors) {
        try (Layer layer = new Layer(vectors * Lanes.WIDTH)) {
            layer.forward(layer.y);
            layer.gradients.fill((byte) 0);
            layer.backward(layer.dx, false);

            layer.checkInputs(layer.dx, 0);
            layer.checkParameters(0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 5})
    void shouldAddTheGradientsToWhatStandsThereWhenToldTo(int vectors) {
        try (Layer layer = new Layer(vectors * Lanes.WIDTH)) {
            layer.forward(layer.y);
            for (long i = 0; i < layer.gradients.byteSize(); i += Float.BYTES) {
                layer.gradients.set(ValueLayout.JAVA_FLOAT, i, 3f);
            }
            for (int i = 0; i < ROWS * layer.d; i++) {
                layer.dx.set(i / layer.d, i % layer.d, 2f);
            }
            layer.backward(layer.dx, true);

            layer.checkInputs(layer.dx, 2);
            layer.checkParameters(3);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 5})
    void shouldGiveTheGradientsWhenTheyOverwriteThoseTheyCameFrom(int vectors) {
        try (Layer layer = new Layer(vectors * Lanes.WIDTH)) {
            layer.forward(layer.y);
            layer.gradients.fill((byte) 0);
            layer.backward(layer.dy, false);

            layer.checkInputs(layer.dy, 0);
        }
    }

    /** A layer of width d whose objective is Σ y ∘ dy, so that dy is the gradient of y. */
    private static final class Layer implements AutoCloseable {
        final int d;
        final ParameterLayout.Norm norm;
        final FloatBlock block;
        final MemorySegment parameters;
        final MemorySegment gradients;
        final Matrix x; // (ROWS, d)
        final LayerNorm layer;
        final Matrix y; // (ROWS, d)
        final Matrix dy; // (ROWS, d)
        final Matrix dx; // (ROWS, d)
        final double[][] input; // (ROWS, d)
        final double[][] weight; // (ROWS, d): dy
        final double[] dense;

        Layer(int d) {
            this.d = d;
            SasRecLayout layout = new SasRecLayout(new SasRecConfig(d, 3, 1, 1));
            norm = layout.finalNorm();
            long matrix = (long) ROWS * d;
            block = FloatBlock.zeros(5 * matrix + 2L * layout.size());
            parameters = block.memory().asSlice(5 * matrix * Float.BYTES, (long) layout.size() * Float.BYTES);
            gradients = block.memory().asSlice((5 * matrix + layout.size()) * Float.BYTES);
            x = Matrix.over(block.memory(), 0, d);
            layer = new LayerNorm(norm, Matrix.over(block.memory(), matrix, ROWS, d));
            y = Matrix.over(block.memory(), 2 * matrix, d);
            dy = Matrix.over(block.memory(), 3 * matrix, d);
            dx = Matrix.over(block.memory(), 4 * matrix, d);
            input = new double[ROWS][d];
            weight = new double[ROWS][d];
            dense = new double[layout.size()];
            for (int i = 0; i < ROWS * d; i++) {
                // Mean and standard deviation are far from 0 and 1.
                input[i / d][i % d] = 5f + 3f * normal(1, i);
                weight[i / d][i % d] = normal(2, i);
                x.set(i / d, i % d, (float) input[i / d][i % d]);
                dy.set(i / d, i % d, (float) weight[i / d][i % d]);
            }
            for (int i = 0; i < dense.length; i++) {
                dense[i] = normal(3, i);
                parameters.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) dense[i]);
            }
        }

        private static float normal(int seed, int index) {
            return CounterRandom.normal(seed, 0, Purpose.INITIAL_WEIGHTS, index);
        }

        void forward(Matrix result) {
            layer.forward(x, ROWS, parameters, result);
        }

        void backward(Matrix result, boolean accumulate) {
            layer.backward(dy, ROWS, parameters, gradients, result, accumulate);
        }

        double[] naive(int row) {
            double mean = 0;
            for (double value : input[row]) {
                mean += value / d;
            }
            double variance = 0;
            for (double value : input[row]) {
                variance += (value - mean) * (value - mean) / d;
            }
            double[] result = new double[d];
            for (int c = 0; c < d; c++) {
                double scaled = (input[row][c] - mean) / Math.sqrt(variance + 1e-8);
                result[c] = scaled * dense[norm.gain().start() + c]
                        + dense[norm.bias().start() + c];
            }
            return result;
        }

        private double objective(int row) {
            double[] result = naive(row);
            double sum = 0;
            for (int c = 0; c < d; c++) {
                sum += weight[row][c] * result[c];
            }
            return sum;
        }

        private double derivative(double[] numbers, int index, int firstRow, int endRow) {
            double old = numbers[index];
            double difference = 0;
            for (int row = firstRow; row < endRow; row++) {
                numbers[index] = old + 1e-4;
                difference += objective(row);
                numbers[index] = old - 1e-4;
                difference -= objective(row);
            }
            numbers[index] = old;
            return difference / 2e-4;
        }

        void checkInputs(Matrix actual, double before) {
            for (int row = 0; row < ROWS; row++) {
                for (int c = 0; c < d; c++) {
                    assertThat((double) actual.get(row, c))
                            .as("row %d, column %d", row, c)
                            .isCloseTo(before + derivative(input[row], c, row, row + 1), within(1e-5));
                }
            }
        }

        void checkParameters(double before) {
            for (int i = norm.gain().start(); i < norm.bias().start() + d; i++) {
                assertThat((double) gradients.getAtIndex(ValueLayout.JAVA_FLOAT, i))
                        .as("parameter %d", i)
                        .isCloseTo(before + derivative(dense, i, 0, ROWS), within(1e-4));
            }
        }

        @Override
        public void close() {
            block.close();
        }
    }
}
