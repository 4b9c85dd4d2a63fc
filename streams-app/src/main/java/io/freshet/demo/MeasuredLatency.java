package io.freshet.demo;

/**
 * Latency of the clicks of this run, those of the warm-up apart from the others. Clicks of earlier runs, read again, do
 * not count. Thread-safe.
 */
final class MeasuredLatency {
    private final long startMs;
    private final long measuredFromMs;
    private final LatencyHistogram warmUp = new LatencyHistogram();
    private final LatencyHistogram measured = new LatencyHistogram();

    /**
     * @param startMs clicks before this are of an earlier run
     * @param warmUpMs clicks of so long from the start are of the warm-up
     */
    MeasuredLatency(long startMs, long warmUpMs) {
        this.startMs = startMs;
        this.measuredFromMs = startMs + warmUpMs;
    }

    long startMs() {
        return startMs;
    }

    void record(long clickMs, long nowMs) {
        if (clickMs >= measuredFromMs) {
            measured.record(nowMs - clickMs);
        } else if (clickMs >= startMs) {
            warmUp.record(nowMs - clickMs);
        }
    }

    /** The clicks after the warm-up. */
    LatencyHistogram measured() {
        return measured;
    }

    boolean isWarm() {
        return measured.count() > 0;
    }

    /** What there is to show: the measured latencies, or those of the warm-up while it lasts. */
    LatencyHistogram shown() {
        return isWarm() ? measured : warmUp;
    }
}
