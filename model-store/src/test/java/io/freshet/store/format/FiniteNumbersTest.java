package io.freshet.store.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FiniteNumbersTest {
    private static final int LENGTH = 10_000;

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void shouldFindTheFirstNumberThatIsNotFiniteWhereverItIs(float other) {
        for (int position : new int[] {0, 1, 4095, 4096, 8191, 8192, LENGTH - 1}) {
            float[] numbers = new float[LENGTH];
            numbers[position] = other;
            numbers[LENGTH - 1] = other;
            assertThat(FiniteNumbers.firstOther(numbers)).isEqualTo(position);
            assertThat(FiniteNumbers.firstOther(MemorySegment.ofArray(numbers))).isEqualTo(position);
        }
    }

    @Test
    void shouldAcceptEveryFiniteNumber() {
        float[] floats = {0, -0f, 1, -1, Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, -Float.MIN_NORMAL};
        assertThat(FiniteNumbers.firstOther(floats)).isEqualTo(-1);
        assertThat(FiniteNumbers.firstOther(new float[0])).isEqualTo(-1);
        double[] doubles = {0, -0.0, Double.MAX_VALUE, -Double.MAX_VALUE, Double.MIN_VALUE};
        assertThat(FiniteNumbers.firstOther(doubles)).isEqualTo(-1);
    }

    @Test
    void shouldTakeEveryNaNForNaN() {
        float[] quiet = {1, Float.intBitsToFloat(0xffc00001)};
        assertThat(FiniteNumbers.firstOther(quiet)).isEqualTo(1);
        double[] doubles = {1, 2, Double.NEGATIVE_INFINITY};
        assertThat(FiniteNumbers.firstOther(doubles)).isEqualTo(2);
    }
}
