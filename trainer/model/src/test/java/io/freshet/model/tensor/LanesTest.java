package io.freshet.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

class LanesTest {
    @Test
    void shouldRaiseTwoToPowersOfAtMostOne() {
        for (float x = -125.4f; x <= 1; x += .0137f) {
            float expected = (float) Math.pow(2, x);
            assertThat(exp2(x)).as("exp2(%s)", x).isCloseTo(expected, within(3 * Math.ulp(expected)));
        }
        assertThat(exp2(0f)).isEqualTo(1f);
        assertThat(exp2(-1000f)).isEqualTo(Float.MIN_NORMAL);
        assertThat(exp2(Float.NEGATIVE_INFINITY)).isEqualTo(Float.MIN_NORMAL);
    }

    private static float exp2(float x) {
        return Lanes.exp2(FloatVector.broadcast(Lanes.FLOATS, x)).lane(Lanes.COUNT - 1);
    }

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
    void shouldAddAllVirtualLanesInTheSameTreeOnEveryCpu() {
        float[] x = new float[Lanes.WIDTH];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.pow(1.7, i) * (i % 3 == 0 ? -1 : 1);
        }
        FloatVector[] vectors = new FloatVector[4];
        for (int i = 0; i < vectors.length; i++) {
            int from = i * Lanes.COUNT < Lanes.WIDTH ? i * Lanes.COUNT : 0;
            vectors[i] = FloatVector.fromArray(Lanes.FLOATS, x, from);
        }
        float[] tree = x.clone();
        for (int distance = 8; distance > 0; distance /= 2) {
            for (int i = 0; i < distance; i++) {
                tree[i] += tree[i + distance];
            }
        }

        assertThat(Lanes.sum(vectors[0], vectors[1], vectors[2], vectors[3])).isEqualTo(tree[0]);
    }

    @Test
    void shouldFindTheLargestLane() {
        for (int largest = 0; largest < Lanes.COUNT; largest++) {
            assertThat(Lanes.largest(FloatVector.zero(Lanes.FLOATS).addIndex(1).withLane(largest, 99f)))
                    .isEqualTo(99f);
        }
        assertThat(Lanes.largest(FloatVector.zero(Lanes.FLOATS).withLane(1, Float.NaN)))
                .isNaN();
    }

    @Test
    void shouldTakeLogarithmsWithinTwoUlp() {
        float[] lanes = new float[Lanes.COUNT];
        for (float x = 1.2e-38f; x < 1e38f; x *= 1.0007f) {
            FloatVector.broadcast(Lanes.FLOATS, x).intoArray(lanes, 0);
            Lanes.log(FloatVector.fromArray(Lanes.FLOATS, lanes, 0)).intoArray(lanes, 0);
            float exact = (float) Math.log(x);
            assertThat(lanes[Lanes.COUNT - 1]).isCloseTo(exact, within(Math.max(1e-7f, 2 * Math.ulp(exact))));
        }
    }
}
