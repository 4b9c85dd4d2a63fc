package io.freshet.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class LanesTest {
    private static float exp(float x) {
        return Lanes.exp(FloatVector.broadcast(Lanes.FLOATS, x)).lane(Lanes.COUNT - 1);
    }

    @Test
    void shouldExponentiateWithinTwoUlp() {
        for (float x = -86.9f; x < 88.2f; x += 0.0137f) {
            float expected = (float) Math.exp(x);
            assertThat(exp(x)).as("exp(%s)", x).isCloseTo(expected, within(2 * Math.ulp(expected)));
        }
        assertThat(exp(0f)).isEqualTo(1f);
    }

    @Test
    void shouldShowOverflowAndStayPositiveBelow() {
        assertThat(exp(89f)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(exp(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(exp(-1000f)).isBetween(0f, 1e-37f);
    }

    @Test
    void shouldAddAllLanes() {
        FloatVector oneToN = FloatVector.zero(Lanes.FLOATS).addIndex(1).add(1f);

        assertThat(Lanes.sum(oneToN)).isEqualTo(Lanes.COUNT * (Lanes.COUNT + 1) / 2f);
    }
}
