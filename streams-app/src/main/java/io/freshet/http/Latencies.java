package io.freshet.http;

/**
 * How long something took, of many times.
 *
 * @param p50Ms half of them took no longer
 * @param p99Ms 99 of 100 took no longer
 * @param counts (edges + 1) how many took at most each of {@link #edgesMs}, and longer than the edge before; the last
 *     took longer than all. Nobody's to change
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and read once
public record Latencies(long p50Ms, long p99Ms, long[] counts) {
    private static final long[] EDGES_MS = {
        1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000
    };

    public static final Latencies NONE = new Latencies(0, 0, new long[EDGES_MS.length + 1]);

    /** Upper edges of the bars of a histogram, ascending. A copy. */
    public static long[] edgesMs() {
        return EDGES_MS.clone();
    }
}
