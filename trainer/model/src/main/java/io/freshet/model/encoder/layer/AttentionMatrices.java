package io.freshet.model.encoder.layer;

import io.freshet.model.tensor.Matrix;

/**
 * The matrices of an attention, or their gradients. A layer holds the columns of all heads and the rows of all sequences. An
 * attention works on one head of one sequence, with m queries and n keys of width h.
 *
 * @param q queries (m, h)
 * @param k keys (n, h)
 * @param v values (n, h)
 * @param o results (m, h)
 */
public record AttentionMatrices(Matrix q, Matrix k, Matrix v, Matrix o) {
    /** Returns the given columns of all matrices, as views. */
    public AttentionMatrices columns(int first, int count) {
        return new AttentionMatrices(
                q.columns(first, count), k.columns(first, count), v.columns(first, count), o.columns(first, count));
    }

    /** Returns the given rows of all matrices, as views. */
    public AttentionMatrices rows(int first, int count) {
        return rows(first, count, first, count);
    }

    /** Returns m rows from {@code query} on of Q and O, and n rows from {@code key} on of K and V, as views. */
    public AttentionMatrices rows(int query, int m, int key, int n) {
        return new AttentionMatrices(q.rows(query, m), k.rows(key, n), v.rows(key, n), o.rows(query, m));
    }
}
