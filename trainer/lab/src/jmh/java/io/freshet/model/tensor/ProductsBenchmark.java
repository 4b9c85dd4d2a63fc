package io.freshet.model.tensor;

import io.freshet.lab.kernel.KernelBenchmark;
import io.freshet.lab.kernel.SgemmLimit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** The matrix products of a training step, in the shapes that they have there, by the vector kernels and by OpenBLAS. */
public class ProductsBenchmark extends KernelBenchmark {
    @Param
    public Shape shape = Shape.LINEAR;

    private final Products vector = new VectorProducts();
    private final Products openblas = new BlasProducts();
    private Matrix a = data.matrix(1, 1);
    private Matrix b = a;
    private Matrix c = a;

    /**
     * Shapes of (m, n) sums of k products each, for a chunk of 256 tokens, width 64 and an average sequence of 9 tokens.
     */
    public enum Shape {
        /** X · W, a layer of the encoder and the gradient of its input. */
        LINEAR(256, 64, 64, false),
        /** Xᵀ · dY, the gradient of a layer's weights. */
        WEIGHTS(64, 64, 256, true),
        /** E · Hᵀ, the scores of a block of candidates for a tile of tokens. */
        SCORES(48, 128, 64, false),
        /** P · H, the gradients of a block of candidates. */
        CANDIDATES(64, 64, 128, false),
        /** Pᵀ · E, the contribution of a block of candidates to the gradients of hidden states. */
        STATES(128, 64, 64, true),
        /** Q · Kᵀ of a sequence. */
        ATTENTION(9, 16, 64, false),
        /** P · V of a sequence. */
        MIXTURE(9, 64, 9, false);

        final int m;
        final int n;
        final int k;
        final boolean transposed;

        Shape(int m, int n, int k, boolean transposed) {
            this.m = m;
            this.n = n;
            this.k = k;
            this.transposed = transposed;
        }
    }

    @Setup
    public void setUp() {
        a = shape.transposed ? data.matrix(shape.k, shape.m) : data.matrix(shape.m, shape.k);
        b = data.matrix(shape.k, shape.n);
        c = data.matrix(shape.m, shape.n);
    }

    @Benchmark
    public void vector(SgemmLimit limit) {
        multiply(vector, limit);
    }

    @Benchmark
    public void openblas(SgemmLimit limit) {
        multiply(openblas, limit);
    }

    private void multiply(Products products, SgemmLimit limit) {
        limit.perCall(2.0 * shape.m * shape.n * shape.k);
        if (shape.transposed) {
            products.multiplyTransposed(a, b, c, false);
        } else {
            products.multiply(a, b, c, false);
        }
    }
}
