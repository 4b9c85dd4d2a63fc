package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;

/**
 * Scaled dot-product attention in which each of m queries sees all n keys, for one head. The formulas are those of
 * {@link CausalAttention}, without the bound on j.
 *
 * <p>Not thread-safe: it holds scratch for one sequence. Rows of P are {@code stride()} floats apart.
 */
final class FullAttention {
    private final Products products;
    private final int stride;
    private final float scale;
    private final Matrix dropped; // (most, stride): P̃
    private final Matrix gradient; // (most, stride): dP̃, then dS

    /**
     * @param most largest number of queries and of keys in a call
     */
    FullAttention(int headDim, int most, Products products, ScratchMemory memory) {
        this.products = products;
        this.stride = Lanes.roundUp(most);
        this.scale = (float) (1 / Math.sqrt(headDim));
        this.dropped = memory.matrix(most, stride);
        this.gradient = memory.matrix(most, stride);
    }

    /** Returns the number of floats from one row of P to the next. */
    int stride() {
        return stride;
    }

    /**
     * Computes the output O of one head for one sequence.
     *
     * @param head the head's matrices for the sequence
     * @param probabilities receives P (m, stride)
     * @param element the dropout element number of P's first number
     */
    void forward(AttentionMatrices head, Matrix probabilities, Dropout dropout, int element) {
        int m = head.q().rows();
        int n = head.k().rows();
        int columns = Lanes.roundUp(n);
        for (int i = 0; i < m; i++) {
            CausalAttention.dots(head.q(), head.k(), i, n, Float.NEGATIVE_INFINITY, probabilities);
            CausalAttention.softmax(probabilities.memory(), probabilities.at(i), n, columns, scale);
        }
        Matrix mixture = probabilities;
        if (!dropout.isNone()) {
            mixture = dropped;
            CausalAttention.drop(
                    probabilities, dropout, element, mixture.rows(0, m).columns(0, columns));
        }
        products.multiply(mixture.rows(0, m).columns(0, n), head.v(), head.o(), false);
    }

    /**
     * Computes the gradients of one head for one sequence.
     *
     * @param gradients the gradient of O, and receives those of Q, K and V; those of K and V are added to the contents
     *     if {@code accumulate}
     */
    void backward(
            AttentionMatrices head,
            Matrix probabilities,
            Dropout dropout,
            int element,
            AttentionMatrices gradients,
            boolean accumulate) {
        int m = head.q().rows();
        int n = head.k().rows();
        int columns = Lanes.roundUp(n);
        for (int i = 0; i < m; i++) {
            CausalAttention.dots(gradients.o(), head.v(), i, n, 0f, gradient);
        }
        Matrix mixture = probabilities;
        if (!dropout.isNone()) {
            mixture = dropped;
            CausalAttention.drop(
                    probabilities, dropout, element, mixture.rows(0, m).columns(0, columns));
            CausalAttention.drop(gradient, dropout, element, gradient.rows(0, m).columns(0, columns));
        }
        products.multiplyTransposed(mixture.rows(0, m).columns(0, n), gradients.o(), gradients.v(), accumulate);
        for (int i = 0; i < m; i++) {
            CausalAttention.softmaxBackward(
                    probabilities.memory(), probabilities.at(i), gradient.memory(), gradient.at(i), columns, scale);
        }
        Matrix dS = gradient.rows(0, m).columns(0, n);
        products.multiply(dS, head.k(), gradients.q(), false);
        products.multiplyTransposed(dS, head.q(), gradients.k(), accumulate);
    }
}
