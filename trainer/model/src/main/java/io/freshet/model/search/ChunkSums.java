package io.freshet.model.search;

import java.util.Arrays;

/**
 * Normalisers of the softmax over the whole item table for each query of a batch, combined from one partial result per
 * chunk of the table. With t = scale · s:
 *
 * <pre>
 * m = max t,   Σ exp(t - m)      of a chunk
 * log Z = M + log Σ exp(m - M) Σ exp(t - m)      with M the largest m
 * </pre>
 *
 * <p>Within a chunk the sum is in float. Over chunks it is in double and in chunk order, so that the result does not depend
 * on which thread scanned which chunk. Several threads may set chunks; each chunk must be set only once.
 */
final class ChunkSums {
    private int queries;
    private int chunks;
    private float[] maxima = {}; // (chunks, queries)
    private float[] sums = {}; // (chunks, queries)

    /** Prepares for a scan of {@code chunkCount} chunks with {@code queryCount} queries. */
    void begin(int chunkCount, int queryCount) {
        chunks = chunkCount;
        queries = queryCount;
        if (maxima.length < chunks * queries) {
            maxima = new float[chunks * queries];
            sums = new float[chunks * queries];
        }
        Arrays.fill(sums, 0, chunks * queries, 0f);
    }

    /** Sets the m and the {@code Σ exp(t - m)} of a chunk for a query. */
    void set(int chunk, int query, float max, float sum) {
        maxima[chunk * queries + query] = max;
        sums[chunk * queries + query] = sum;
    }

    /** Returns {@code log Z} of a query. */
    double logNormalizer(int query) {
        float largest = maxima[query];
        for (int chunk = 1; chunk < chunks; chunk++) {
            largest = Math.max(largest, maxima[chunk * queries + query]);
        }
        double sum = 0;
        for (int chunk = 0; chunk < chunks; chunk++) {
            int at = chunk * queries + query;
            sum += sums[at] * StrictMath.exp((double) maxima[at] - largest);
        }
        return largest + StrictMath.log(sum);
    }
}
