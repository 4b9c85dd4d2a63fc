package io.freshet.workbench.demo.count;

import io.freshet.service.http.page.Latencies;

/**
 * A histogram of latencies with millisecond resolution up to one minute; longer latencies count as one minute. Takes
 * 240 kB regardless of the number of latencies. Thread-safe.
 */
public final class LatencyHistogram {
    private static final int LONGEST_MS = 60_000;

    private final int[] counts = new int[LONGEST_MS + 1]; // (ms)
    private long total;

    synchronized void record(long latencyMs) {
        counts[Math.clamp(latencyMs, 0, LONGEST_MS)]++;
        total++;
    }

    /**
     * Returns the smallest latency that at least {@code share} of all latencies do not exceed, or 0 if there are none.
     */
    public synchronized long percentileMs(double share) {
        long wanted = (long) Math.ceil(share * total);
        long seen = 0;
        for (int ms = 0; ms < counts.length; ms++) {
            seen += counts[ms];
            if (seen >= wanted && seen > 0) {
                return ms;
            }
        }
        return 0;
    }

    /** Returns the histogram with coarse bars. */
    synchronized Latencies latencies() {
        long[] edgesMs = Latencies.edgesMs();
        long[] bars = new long[edgesMs.length + 1];
        int bar = 0;
        for (int ms = 0; ms < counts.length; ms++) {
            while (bar < edgesMs.length && ms > edgesMs[bar]) {
                bar++;
            }
            bars[bar] += counts[ms];
        }
        return new Latencies(percentileMs(.5), percentileMs(.99), bars);
    }

    public synchronized long count() {
        return total;
    }
}
