package io.freshet.model.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
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
                    products.multiplyTransposed(a, 1, b, 3, c, 2, m, n, k, accumulate);
                } else {
                    products.multiply(a, 1, b, 3, c, 2, m, n, k, accumulate);
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
            switch (start) {
                case ZERO -> products.multiply(a, 0, b, 0, c, 0, m, n, k, false);
                case CONTENTS -> products.multiply(a, 0, b, 0, c, 0, m, n, k, true);
                case BIAS -> products.multiplyAdding(bias.memory(), bias.at(0), a, 0, b, 0, c, 0, m, n, k);
                case TRANSPOSED -> products.multiplyTransposed(a, 0, b, 0, c, 0, m, n, k, false);
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
            Matrix square = Matrix.over(block.memory(), 0, Lanes.WIDTH);
            Products products = new VectorProducts();
            int n = Lanes.WIDTH;

            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> products.multiply(square, 0, square, 40, square, 0, n, n, n, false));
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> products.multiply(square, 40, square, 0, square, 0, n, n, n, false));
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> products.multiplyTransposed(square, 0, square, 0, square, 40, n, n, n, false));
        }
    }
}
