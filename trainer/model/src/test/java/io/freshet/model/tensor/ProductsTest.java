package io.freshet.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.ValueLayout;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ProductsTest {
    @Property(tries = 150)
    void shouldMultiplyAsThreeLoopsDo(
            @ForAll @IntRange(min = 1, max = 40) int m,
            @ForAll @IntRange(min = 1, max = 6) int vectors,
            @ForAll @IntRange(min = 1, max = 70) int k,
            @ForAll boolean accumulate,
            @ForAll boolean transposed) {
        int n = vectors * Lanes.WIDTH;
        try (FloatBlock block = FloatBlock.zeros(2L * 80 * 80 + 80L * 8 * Lanes.WIDTH * 3)) {
            for (long i = 0; i < block.length(); i++) {
                block.memory().setAtIndex(ValueLayout.JAVA_FLOAT, i, (i * 37 % 101) / 50f - 1f);
            }
            Matrix a = Matrix.over(block.memory(), 5, 80);
            Matrix b = Matrix.over(block.memory(), 80 * 80, 8 * Lanes.WIDTH);
            for (Products products : new Products[] {
                new VectorProducts(VectorProducts.Tile.SIX_BY_FOUR),
                new VectorProducts(VectorProducts.Tile.SIX_BY_TWO),
                new BlasProducts()
            }) {
                Matrix c = Matrix.over(block.memory(), 80 * 80 + 80L * 8 * Lanes.WIDTH, 8 * Lanes.WIDTH);
                double[][] expected = new double[m][n];
                for (int i = 0; i < m; i++) {
                    for (int j = 0; j < n; j++) {
                        expected[i][j] = accumulate ? c.get(2 + i, j) : 0;
                        for (int l = 0; l < k; l++) {
                            expected[i][j] += (transposed ? a.get(1 + l, i) : a.get(1 + i, l)) * b.get(3 + l, j);
                        }
                    }
                }

                if (transposed) {
                    products.multiplyTransposed(block(a, 1, k, m), block(b, 3, k, n), block(c, 2, m, n), accumulate);
                } else {
                    products.multiply(block(a, 1, m, k), block(b, 3, k, n), block(c, 2, m, n), accumulate);
                }

                for (int i = 0; i < m; i++) {
                    for (int j = 0; j < n; j++) {
                        assertThat((double) c.get(2 + i, j)).isCloseTo(expected[i][j], within(1e-4));
                    }
                }
            }
        }
    }

    @Property(tries = 150)
    void shouldGiveTheBitsOfOneChainOfFusedMultiplyAddsWithEveryTile(
            @ForAll @IntRange(min = 1, max = 20) int m,
            @ForAll @IntRange(min = 1, max = 6) int blocks,
            @ForAll @IntRange(min = 1, max = 200) int k,
            @ForAll VectorProducts.Tile tile,
            @ForAll Start start) {
        int n = blocks * Lanes.WIDTH;
        int stride = 6 * Lanes.WIDTH;
        try (FloatBlock block = FloatBlock.zeros(20L * 208 + (208 + 2L * 20 + 1) * stride)) {
            for (long i = 0; i < block.length(); i++) {
                block.memory().setAtIndex(ValueLayout.JAVA_FLOAT, i, (i * 37 % 101) / 50f - 1f);
            }
            Matrix a = Matrix.over(block.memory(), 0, start == Start.TRANSPOSED ? 20 : 208);
            Matrix b = Matrix.over(block.memory(), 20L * 208, stride);
            Matrix c = Matrix.over(block.memory(), 20L * 208 + 208L * stride, stride);
            Matrix bias = Matrix.over(block.memory(), 20L * 208 + (208L + 20) * stride, stride);
            float[][] expected = new float[m][n];
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    float chain = start == Start.CONTENTS ? c.get(i, j) : start == Start.BIAS ? bias.get(0, j) : 0f;
                    for (int l = 0; l < k; l++) {
                        chain = Math.fma(start == Start.TRANSPOSED ? a.get(l, i) : a.get(i, l), b.get(l, j), chain);
                    }
                    expected[i][j] = chain;
                }
            }

            Products products = new VectorProducts(tile);
            Matrix right = block(b, 0, k, n);
            Matrix result = block(c, 0, m, n);
            switch (start) {
                case ZERO -> products.multiply(block(a, 0, m, k), right, result, false);
                case CONTENTS -> products.multiply(block(a, 0, m, k), right, result, true);
                case BIAS -> products.multiplyAdding(block(bias, 0, 1, n), block(a, 0, m, k), right, result);
                case TRANSPOSED -> products.multiplyTransposed(block(a, 0, k, m), right, result, false);
            }

            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    assertThat(c.get(i, j)).isEqualTo(expected[i][j]);
                }
            }
        }
    }

    /** The initial value of a product's sums, or that its left operand is transposed. */
    enum Start {
        ZERO,
        CONTENTS,
        BIAS,
        TRANSPOSED
    }

    @Test
    void shouldRefuseOperandsThatReachPastTheirMemory() {
        try (FloatBlock block = FloatBlock.zeros(3L * Lanes.WIDTH * Lanes.WIDTH)) {
            int n = Lanes.WIDTH;
            Matrix square = Matrix.over(block.memory(), 0, n, n);
            Matrix outside = Matrix.over(block.memory(), 40L * n, n, n);
            Products products = new VectorProducts();

            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> products.multiply(square, outside, square, false));
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> products.multiply(outside, square, square, false));
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> products.multiplyTransposed(square, square, outside, false));
        }
    }

    @Test
    void shouldRefuseOperandsWhoseShapesDoNotFit() {
        try (FloatBlock block = FloatBlock.zeros(3L * Lanes.WIDTH * Lanes.WIDTH)) {
            int n = Lanes.WIDTH;
            Matrix square = Matrix.over(block.memory(), 0, n, n);
            Matrix flat = square.rows(0, n - 1);
            for (Products products : new Products[] {new VectorProducts(), new BlasProducts()}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> products.multiply(square, flat, square, false))
                        .withMessageContaining("left=(16, 16), right=(15, 16), result=(16, 16)");
                assertThatIllegalArgumentException().isThrownBy(() -> products.multiply(flat, square, square, false));
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> products.multiplyTransposed(square, flat, square, false));
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> products.multiplyAdding(square.rows(0, 1), square, square, flat));
            }
        }
    }

    private static Matrix block(Matrix matrix, int row, int rows, int columns) {
        return matrix.rows(row, rows).columns(0, columns);
    }
}
