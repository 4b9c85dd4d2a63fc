package io.freshet.tensor;

import java.lang.foreign.MemorySegment;

/**
 * The matrix products that learning and serving are made of. An implementation gives the same bits for the same operands,
 * however often and from whichever thread it is called; each call runs on the calling thread alone.
 *
 * <p>The right operand and the result have {@code n} columns, a multiple of {@link Lanes#WIDTH}: matrices are laid out with
 * such strides, and numbers in columns past the used ones must be finite.
 */
public sealed interface Products permits VectorProducts, BlasProducts {
    /**
     * The arithmetic of {@link VectorProducts} and of all sums over {@link Lanes#WIDTH} virtual lanes, as a manifest records
     * it: equal names promise equal bits, on any CPU.
     */
    String NAME = "fma-16";

    /**
     * {@code c = a · b}, or {@code c += a · b}: {@code a} is (m, k), {@code b} is (k, n), {@code c} is (m, n), each from
     * the row given.
     */
    void multiply(Matrix a, int aRow, Matrix b, int bRow, Matrix c, int cRow, int m, int n, int k, boolean accumulate);

    /**
     * {@code c = bias + a · b}, the bias added to each row: {@code a} is (m, k), {@code b} is (k, n), {@code c} is (m, n),
     * each from the row given.
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
     * {@code c = aᵀ · b}, or {@code c += aᵀ · b}: {@code a} is (k, m), {@code b} is (k, n), {@code c} is (m, n), each
     * from the row given.
     */
    void multiplyTransposed(
            Matrix a, int aRow, Matrix b, int bRow, Matrix c, int cRow, int m, int n, int k, boolean accumulate);

    /** The name that a manifest records: bits are promised equal only between runs with the same. */
    String name();

    /** The products of models: our own on every CPU, by the tile that fits its registers. */
    static Products forThisCpu() {
        return new VectorProducts();
    }
}
