package io.freshet.model.tensor;

/**
 * The matrix products of training and serving. An implementation gives the same bits for the same operands in every
 * call and on every thread. Each call runs on the calling thread only.
 *
 * <p>The right operand and the result have {@code n} columns, a multiple of {@link Lanes#WIDTH}. Matrices are laid
 * out with such strides, and numbers in columns past the used ones must be finite. A product throws an {@link
 * IllegalArgumentException} if the shapes of its operands do not fit.
 */
public sealed interface Products permits VectorProducts, BlasProducts {
    /**
     * Name of the arithmetic of {@link VectorProducts} and of all sums over {@link Lanes#WIDTH} virtual lanes, as
     * recorded in manifests. Equal names promise equal bits on any CPU.
     */
    String NAME = "fma-16";

    /**
     * Computes {@code c = a · b}, or {@code c += a · b} if {@code accumulate}. {@code a} is (m, k), {@code b} is (k,
     * n), {@code c} is (m, n).
     */
    void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate);

    /**
     * Computes {@code c = bias + a · b}, with the bias added to each row. {@code bias} is (1, n), {@code a} is (m, k),
     * {@code b} is (k, n), {@code c} is (m, n).
     */
    void multiplyAdding(Matrix bias, Matrix a, Matrix b, Matrix c);

    /**
     * Computes {@code c = aᵀ · b}, or {@code c += aᵀ · b} if {@code accumulate}. {@code a} is (k, m), {@code b} is
     * (k, n), {@code c} is (m, n).
     */
    void multiplyTransposed(Matrix a, Matrix b, Matrix c, boolean accumulate);

    /** Returns the name that manifests record. Only runs with the same name promise equal bits. */
    String name();

    /** Returns the products for models: {@link VectorProducts} on every CPU, with the tile that fits its registers. */
    static Products forThisCpu() {
        return new VectorProducts();
    }
}
