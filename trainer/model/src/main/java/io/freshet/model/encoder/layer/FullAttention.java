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
    private final int headDim;
    private final int stride;
    private final float scale;
    private final Matrix dropped; // (most, stride): P̃
    private final Matrix gradient; // (most, stride): dP̃, then dS

    /**
     * @param most largest number of queries and of keys in a call
     */
    FullAttention(int headDim, int most, Products products, ScratchMemory memory) {
        this.products = products;
        this.headDim = headDim;
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
     * @param q queries: rows {@code query} to {@code query + m} of the head's columns
     * @param k,v keys and values: rows {@code key} to {@code key + n} of the head's columns
     * @param probabilities receives P in the queries' rows (m, stride)
     * @param element the dropout element number of the first query's first key
     * @param o receives O in the queries' rows
     */
    void forward(
            Matrix q,
            int query,
            int m,
            Matrix k,
            Matrix v,
            int key,
            int n,
            Matrix probabilities,
            Dropout dropout,
            int element,
            Matrix o) {
        int columns = Lanes.roundUp(n);
        for (int row = query; row < query + m; row++) {
            CausalAttention.dots(q, row, k, key, n, headDim, columns, Float.NEGATIVE_INFINITY, probabilities, row);
            CausalAttention.softmax(probabilities.memory(), probabilities.at(row), n, columns, scale);
        }
        if (dropout.isNone()) {
            products.multiply(probabilities, query, v, key, o, query, m, headDim, n, false);
        } else {
            CausalAttention.drop(probabilities, query, m, columns, dropout, element, dropped, 0);
            products.multiply(dropped, 0, v, key, o, query, m, headDim, n, false);
        }
    }

    /**
     * @param dO gradient of O, in the queries' rows
     * @param dQ receives the gradient of the queries, in their rows
     * @param dK,dV receive the gradients of the keys and the values in their rows, added to the contents if
     *     {@code accumulate}
     */
    void backward(
            Matrix q,
            int query,
            int m,
            Matrix k,
            Matrix v,
            int key,
            int n,
            Matrix probabilities,
            Dropout dropout,
            int element,
            Matrix dO,
            Matrix dQ,
            Matrix dK,
            Matrix dV,
            boolean accumulate) {
        int columns = Lanes.roundUp(n);
        for (int i = 0; i < m; i++) {
            CausalAttention.dots(dO, query + i, v, key, n, headDim, columns, 0f, gradient, i);
        }
        if (dropout.isNone()) {
            products.multiplyTransposed(probabilities, query, dO, query, dV, key, n, headDim, m, accumulate);
        } else {
            CausalAttention.drop(probabilities, query, m, columns, dropout, element, dropped, 0);
            products.multiplyTransposed(dropped, 0, dO, query, dV, key, n, headDim, m, accumulate);
            CausalAttention.drop(gradient, 0, m, columns, dropout, element, gradient, 0);
        }
        for (int i = 0; i < m; i++) {
            CausalAttention.softmaxBackward(
                    probabilities.memory(),
                    probabilities.at(query + i),
                    gradient.memory(),
                    gradient.at(i),
                    columns,
                    scale);
        }
        products.multiply(gradient, 0, k, key, dQ, query, m, headDim, n, false);
        products.multiplyTransposed(gradient, 0, q, query, dK, key, n, headDim, m, accumulate);
    }
}
