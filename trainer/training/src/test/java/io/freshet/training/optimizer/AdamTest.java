package io.freshet.training.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares with algorithm 1 of the paper in scalar double precision. */
class AdamTest {
    private static final int COUNT = 3 * Lanes.WIDTH;
    private static final int BEFORE = Lanes.WIDTH;
    private static final int STEPS = 50;

    @ParameterizedTest
    @ValueSource(floats = {0f, 0.1f})
    void shouldFollowThePapersAlgorithm(float weightDecay) {
        Adam.Settings settings = new Adam.Settings(0.01f, 0.9f, 0.99f, 1e-8f, weightDecay);
        Scalar scalar = new Scalar(settings);
        try (FloatBlock weights = FloatBlock.zeros(BEFORE + COUNT);
                FloatBlock first = FloatBlock.zeros(BEFORE + COUNT);
                FloatBlock second = FloatBlock.zeros(BEFORE + COUNT);
                FloatBlock gradient = FloatBlock.zeros(COUNT)) {
            for (int i = 0; i < COUNT; i++) {
                put(weights.memory(), BEFORE + i, (float) scalar.w[i]);
            }
            for (int step = 1; step <= STEPS; step++) {
                double[] g = gradient(step);
                for (int i = 0; i < COUNT; i++) {
                    put(gradient.memory(), i, (float) g[i]);
                }
                long at = (long) BEFORE * Float.BYTES;
                new Adam(settings, step)
                        .update(weights.memory(), first.memory(), second.memory(), at, gradient.memory(), 0, COUNT);
                scalar.update(g, step);
            }

            assertClose(weights, scalar.w, 1e-5);
            assertClose(first, scalar.m, 1e-5);
            assertClose(second, scalar.v, 1e-5);
        }
    }

    private static void put(MemorySegment memory, int index, float value) {
        memory.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }

    /** Returns gradients of magnitudes from 1e-6 to 1e3, since Adam's behaviour must not depend on the magnitude. */
    private static double[] gradient(int step) {
        double[] g = new double[COUNT];
        for (int i = 0; i < COUNT; i++) {
            g[i] = (float) (CounterRandom.normal(1, step, Purpose.SHUFFLE, i) * Math.pow(10, i % 4 - 3));
        }
        return g;
    }

    private static void assertClose(FloatBlock actual, double[] expected, double tolerance) {
        for (int i = 0; i < BEFORE; i++) {
            assertThat(actual.memory().getAtIndex(ValueLayout.JAVA_FLOAT, i)).isZero();
        }
        for (int i = 0; i < COUNT; i++) {
            assertThat((double) actual.memory().getAtIndex(ValueLayout.JAVA_FLOAT, BEFORE + i))
                    .as("element %d", i)
                    .isCloseTo(expected[i], within(tolerance * (1e-2 + Math.abs(expected[i]))));
        }
    }

    private static final class Scalar {
        final Adam.Settings settings;
        final double[] w = new double[COUNT];
        final double[] m = new double[COUNT];
        final double[] v = new double[COUNT];

        Scalar(Adam.Settings settings) {
            this.settings = settings;
            for (int i = 0; i < COUNT; i++) {
                w[i] = CounterRandom.normal(2, 0, Purpose.SHUFFLE, i);
            }
        }

        void update(double[] gradient, int step) {
            for (int i = 0; i < COUNT; i++) {
                double g = gradient[i] + settings.weightDecay() * w[i];
                m[i] = settings.beta1() * m[i] + (1 - settings.beta1()) * g;
                v[i] = settings.beta2() * v[i] + (1 - settings.beta2()) * g * g;
                double mean = m[i] / (1 - Math.pow(settings.beta1(), step));
                double square = v[i] / (1 - Math.pow(settings.beta2(), step));
                w[i] -= settings.learningRate() * mean / (Math.sqrt(square) + settings.epsilon());
            }
        }
    }
}
