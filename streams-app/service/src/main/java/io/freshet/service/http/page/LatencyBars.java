package io.freshet.service.http.page;

import java.util.Arrays;

/** Counts latencies by the bars of {@link Latencies}. Thread-safe. */
final class LatencyBars {
    private final long[] edgesMs = Latencies.edgesMs(); // (edges)
    private final long[] counts = new long[edgesMs.length + 1]; // (edges + 1)

    synchronized void record(long latencyMs) {
        int found = Arrays.binarySearch(edgesMs, latencyMs);
        counts[found < 0 ? -found - 1 : found]++;
    }

    /**
     * Returns the distribution. A percentile is the upper edge of its bar, or the last edge if the bar has no upper
     * edge.
     */
    synchronized Latencies latencies() {
        return new Latencies(percentileMs(.5), percentileMs(.99), counts.clone());
    }

    private long percentileMs(double share) {
        long wanted = (long) Math.ceil(share * Arrays.stream(counts).sum());
        long seen = 0;
        for (int bar = 0; bar < edgesMs.length && wanted > 0; bar++) {
            seen += counts[bar];
            if (seen >= wanted) {
                return edgesMs[bar];
            }
        }
        return wanted == 0 ? 0 : edgesMs[edgesMs.length - 1];
    }
}
