package io.freshet.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares with scalar loops in double precision, on the middle of longer memory. */
class RowsTest {
    private static final int FROM_AT = 3;
    private static final int TO_AT = 5;

    private final FloatBlock from = FloatBlock.zeros(200);
    private final FloatBlock to = FloatBlock.zeros(200);
    private final double[] a = fill(from.memory(), 1);
    private final double[] b = fill(to.memory(), 2);

    private static double[] fill(MemorySegment memory, int seed) {
        double[] values = new double[200];
        for (int i = 0; i < values.length; i++) {
            float value = CounterRandom.normal(seed, 0, Purpose.SHUFFLE, i);
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
            values[i] = value;
        }
        return values;
    }

    @AfterEach
    void close() {
        from.close();
        to.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 5, 9})
    void shouldSumProducts(int vectors) {
        int count = vectors * Lanes.WIDTH;
        double expected = 0;
        for (int i = 0; i < count; i++) {
            expected += a[FROM_AT + i] * b[TO_AT + i];
        }

        assertThat((double) Rows.dot(from.memory(), 4 * FROM_AT, to.memory(), 4 * TO_AT, count))
                .isCloseTo(expected, within(1e-4));
    }

    @ParameterizedTest
    @CsvSource({"0, 4", "1, 4", "3, 4", "4, 4", "7, 4", "64, 4", "64, 3", "7, 5"})
    void shouldSumProductsOfRowsToTheBitsOfOneRow(int rows, int vectors) {
        int count = vectors * Lanes.WIDTH;
        try (FloatBlock table = FloatBlock.zeros(count * 66L);
                FloatBlock dots = FloatBlock.zeros(66)) {
            for (int i = 0; i < table.length(); i++) {
                table.memory().setAtIndex(ValueLayout.JAVA_FLOAT, i, CounterRandom.normal(3, 0, Purpose.SHUFFLE, i));
            }
            Matrix matrix = Matrix.over(table.memory(), 1, count);
            Rows.dotsOfAdjacent(matrix, rows, from.memory(), 4 * FROM_AT, dots.memory(), 4);

            assertThat(dots.memory().getAtIndex(ValueLayout.JAVA_FLOAT, 0)).isZero();
            for (int row = 0; row < rows; row++) {
                assertThat(dots.memory().getAtIndex(ValueLayout.JAVA_FLOAT, 1 + row))
                        .as("row %d", row)
                        .isEqualTo(Rows.dot(table.memory(), 4 + 4L * count * row, from.memory(), 4 * FROM_AT, count));
            }
            assertThat(dots.memory().getAtIndex(ValueLayout.JAVA_FLOAT, 1 + rows))
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 5, 9})
    void shouldAdd(int vectors) {
        int count = vectors * Lanes.WIDTH;
        Rows.add(from.memory(), 4 * FROM_AT, to.memory(), 4 * TO_AT, count);
        for (int i = 0; i < count; i++) {
            b[TO_AT + i] += a[FROM_AT + i];
        }
        check();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 5, 9})
    void shouldAddScaled(int vectors) {
        int count = vectors * Lanes.WIDTH;
        Rows.addScaled(from.memory(), 4 * FROM_AT, -1.5f, to.memory(), 4 * TO_AT, count);
        for (int i = 0; i < count; i++) {
            b[TO_AT + i] -= 1.5 * a[FROM_AT + i];
        }
        check();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 5, 9})
    void shouldScale(int vectors) {
        int count = vectors * Lanes.WIDTH;
        Rows.scale(from.memory(), 4 * FROM_AT, 2.5f, to.memory(), 4 * TO_AT, count);
        for (int i = 0; i < count; i++) {
            b[TO_AT + i] = 2.5 * a[FROM_AT + i];
        }
        check();
    }

    /** Checks the result, and that the memory before and after it is unchanged. */
    private void check() {
        for (int i = 0; i < b.length; i++) {
            assertThat((double) to.memory().getAtIndex(ValueLayout.JAVA_FLOAT, i))
                    .as("element %d", i)
                    .isCloseTo(b[i], within(1e-5));
        }
    }
}
