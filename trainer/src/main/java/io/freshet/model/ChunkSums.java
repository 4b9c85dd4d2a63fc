package io.freshet.model;

import java.util.Arrays;

/**
 * Normalisers of the softmax over the whole item table for each of some queries, from what each chunk of the table comes
 * to, with t = scale · s:
 *
 * <pre>
 * m = max t,   Σ exp(t - m)      of a chunk
 * log Z = M + log Σ exp(m - M) Σ exp(t - m)      with M the largest m
 * </pre>
 *
 * <p>A chunk is summed in float, chunks in double and in their order, so that nothing depends on who took which. Chunks may
 * be set by several threads, each of them once.
 */
final class ChunkSums {
    private int queries;
    private int chunks;
    private float[] maxima = {}; // (chunks, queries)
    private float[] sums = {}; // (chunks, queries)

    /** Begins anew. */
    void begin(int chunkCount, int queryCount) {
        chunks = chunkCount;
        queries = queryCount;
        if (maxima.length < chunks * queries) {
            maxima = new float[chunks * queries];
            sums = new float[chunks * queries];
        }
        Arrays.fill(sums, 0, chunks * queries, 0f);
    }

    /** Says what a chunk comes to. */
    void set(int chunk, int query, float max, float sum) {
        maxima[chunk * queries + query] = max;
        sums[chunk * queries + query] = sum;
    }

    /** {@code log Z}. */
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
