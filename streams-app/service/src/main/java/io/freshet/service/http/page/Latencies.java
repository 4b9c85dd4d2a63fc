package io.freshet.service.http.page;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Distribution of a latency.
 *
 * @param p50Ms median
 * @param p99Ms 99th percentile
 * @param counts (edges + 1) number of latencies of at most each of {@link #edgesMs} and above the edge before; the last
 *     counts those above all edges. Must not be modified
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and read once
public record Latencies(long p50Ms, long p99Ms, long[] counts) {
    private static final long[] EDGES_MS = {
        1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000
    };

    public static final Latencies NONE = new Latencies(0, 0, new long[EDGES_MS.length + 1]);

    /** Returns the upper edges of the bars, for the page. */
    @JsonProperty("edges_ms")
    long[] edges() {
        return EDGES_MS;
    }

    /** Returns a copy of the upper edges of the histogram's bars, ascending. */
    public static long[] edgesMs() {
        return EDGES_MS.clone();
    }
}
