package io.freshet.tensor;

/**
 * The two matrix products that learning is made of. Implementations give the same bits for the same operands, whoever
 * calls them and however often; each call runs on the calling thread alone.
 *
 * <p>The right operand and the result have {@code n} columns, a multiple of {@link Lanes#COUNT}: matrices are laid out
 * with such strides, and what stands in columns past the used ones must be finite.
 */
public sealed interface Products permits VectorProducts, BlasProducts {
    /**
     * {@code c = a · b}, or {@code c += a · b}: {@code a} is (m, k), {@code b} is (k, n), {@code c} is (m, n), each from
     * the row given.
     */
    void multiply(Matrix a, int aRow, Matrix b, int bRow, Matrix c, int cRow, int m, int n, int k, boolean accumulate);

    /**
     * {@code c = aᵀ · b}, or {@code c += aᵀ · b}: {@code a} is (k, m), {@code b} is (k, n), {@code c} is (m, n), each
     * from the row given.
     */
    void multiplyTransposed(
            Matrix a, int aRow, Matrix b, int bRow, Matrix c, int cRow, int m, int n, int k, boolean accumulate);

    /** The name that a manifest records: bits are promised equal only between runs with the same. */
    String name();

    /** The kernels that are faster on this CPU: our own where vectors have 512 bits, OpenBLAS elsewhere. */
    static Products forThisCpu() {
        return Lanes.COUNT >= 16 ? new VectorProducts() : new BlasProducts();
    }
}
