package io.freshet.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.ValueLayout;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ProductsTest {
    @Property(tries = 150)
    void shouldMultiplyAsThreeLoopsDo(
            @ForAll @IntRange(min = 1, max = 40) int m,
            @ForAll @IntRange(min = 1, max = 6) int vectors,
            @ForAll @IntRange(min = 1, max = 70) int k,
            @ForAll boolean accumulate,
            @ForAll boolean transposed) {
        int n = vectors * Lanes.COUNT;
        try (FloatBlock block = FloatBlock.zeros(2L * 80 * 80 + 80L * 8 * Lanes.COUNT * 3)) {
            for (long i = 0; i < block.length(); i++) {
                block.memory().setAtIndex(ValueLayout.JAVA_FLOAT, i, (i * 37 % 101) / 50f - 1f);
            }
            Matrix a = Matrix.over(block.memory(), 5, 80);
            Matrix b = Matrix.over(block.memory(), 80 * 80, 8 * Lanes.COUNT);
            for (Products products : new Products[] {new VectorProducts(), new BlasProducts()}) {
                Matrix c = Matrix.over(block.memory(), 80 * 80 + 80L * 8 * Lanes.COUNT, 8 * Lanes.COUNT);
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
}
