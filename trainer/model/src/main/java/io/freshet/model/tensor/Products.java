package io.freshet.model.tensor;

import java.lang.foreign.MemorySegment;

/**
 * The matrix products of training and serving. An implementation gives the same bits for the same operands in every
 * call and on every thread. Each call runs on the calling thread only.
 *
 * <p>The right operand and the result have {@code n} columns, a multiple of {@link Lanes#WIDTH}. Matrices are laid
 * out with such strides, and numbers in columns past the used ones must be finite.
 */
public sealed interface Products permits VectorProducts, BlasProducts {
    /**
     * Name of the arithmetic of {@link VectorProducts} and of all sums over {@link Lanes#WIDTH} virtual lanes, as
     * recorded in manifests. Equal names promise equal bits on any CPU.
     */
    String NAME = "fma-16";

    /**
     * Computes {@code c = a · b}, or {@code c += a · b} if {@code accumulate}. {@code a} is (m, k), {@code b} is (k,
     * n), {@code c} is (m, n), each from the given row on.
     */
    void multiply(Matrix a, int aRow, Matrix b, int bRow, Matrix c, int cRow, int m, int n, int k, boolean accumulate);

    /**
     * Computes {@code c = bias + a · b}, with the bias added to each row. {@code a} is (m, k), {@code b} is (k, n),
     * {@code c} is (m, n), each from the given row on.
     *
     * @param bias holds (n) floats from byte {@code biasAt} on
     */
    void multiplyAdding(
            MemorySegment bias,
            long biasAt,
            Matrix a,
            int aRow,
            Matrix b,
            int bRow,
            Matrix c,
            int cRow,
            int m,
            int n,
            int k);

    /**
     * Computes {@code c = aᵀ · b}, or {@code c += aᵀ · b} if {@code accumulate}. {@code a} is (k, m), {@code b} is
     * (k, n), {@code c} is (m, n), each from the given row on.
     */
    void multiplyTransposed(
            Matrix a, int aRow, Matrix b, int bRow, Matrix c, int cRow, int m, int n, int k, boolean accumulate);

    /** Returns the name that manifests record. Only runs with the same name promise equal bits. */
    String name();

    /** Returns the products for models: {@link VectorProducts} on every CPU, with the tile that fits its registers. */
    static Products forThisCpu() {
        return new VectorProducts();
    }
}
