package io.freshet.model.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.Lanes;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DropoutTest {
    private static final int ELEMENTS = 1 << 17;

    private static float[] apply(Dropout dropout, int firstElement) {
        float[] lanes = new float[Lanes.COUNT];
        dropout.apply(FloatVector.broadcast(Lanes.FLOATS, 3f), firstElement).intoArray(lanes, 0);
        return lanes;
    }

    @ParameterizedTest
    @ValueSource(floats = {0.1f, 0.5f, 0.7f})
    void shouldDropTheShareThatItIsToldTo(float rate) {
        Dropout dropout = Dropout.of(rate, 42, 7, Purpose.DROPOUT_HIDDEN, 1);
        int dropped = 0;
        for (int element = 0; element < ELEMENTS; element += Lanes.COUNT) {
            for (float value : apply(dropout, element)) {
                dropped += value == 0f ? 1 : 0;
            }
        }

        // Five standard deviations.
        double deviation = Math.sqrt(rate * (1 - rate) / ELEMENTS);
        assertThat(dropped / (double) ELEMENTS).isCloseTo(rate, within(5 * deviation));
    }

    @Test
    void shouldDecideByTheElementAloneWhateverItsLane() {
        Dropout dropout = new Dropout(0.4f, -12345);
        for (int first = -100; first < 100; first++) {
            float[] lanes = apply(dropout, first);
            for (int lane = 0; lane < Lanes.COUNT; lane++) {
                float expected = (float) ScalarDropout.apply(3, dropout, first + lane);
                assertThat(lanes[lane]).isCloseTo(expected, within(1e-6f));
            }
        }
    }

    @Test
    void shouldDropOthersAtAnotherStepAndInAnotherLayer() {
        Dropout dropout = Dropout.of(0.5f, 42, 7, Purpose.DROPOUT_HIDDEN, 0);

        assertThat(apply(dropout, 0)).isEqualTo(apply(Dropout.of(0.5f, 42, 7, Purpose.DROPOUT_HIDDEN, 0), 0));
        assertThat(disagreements(dropout, Dropout.of(0.5f, 42, 8, Purpose.DROPOUT_HIDDEN, 0)))
                .isCloseTo(0.5, within(0.02));
        assertThat(disagreements(dropout, Dropout.of(0.5f, 42, 7, Purpose.DROPOUT_HIDDEN, 1)))
                .isCloseTo(0.5, within(0.02));
    }

    private static double disagreements(Dropout a, Dropout b) {
        int count = 0;
        for (int element = 0; element < ELEMENTS; element++) {
            count += ScalarDropout.isKept(a, element) == ScalarDropout.isKept(b, element) ? 0 : 1;
        }
        return count / (double) ELEMENTS;
    }

    @Test
    void shouldLeaveEverythingWhenTheRateIsZero() {
        assertThat(Dropout.of(0f, 42, 7, Purpose.DROPOUT_INPUT, 0)).isEqualTo(Dropout.NONE);
        assertThat(apply(Dropout.NONE, 5)).containsOnly(3f);
    }
}
