package io.freshet.workbench.demo.count;

/**
 * Latencies of this run's clicks, with those of the warm-up kept apart. Clicks of earlier runs, which are read again,
 * do not count. Thread-safe.
 */
public final class MeasuredLatency {
    private final long startMs;
    private final long measuredFromMs;
    private final LatencyHistogram warmUp = new LatencyHistogram();
    private final LatencyHistogram measured = new LatencyHistogram();

    /**
     * @param startMs start of this run; earlier clicks belong to an earlier run
     * @param warmUpMs length of the warm-up from the start
     */
    public MeasuredLatency(long startMs, long warmUpMs) {
        this.startMs = startMs;
        this.measuredFromMs = startMs + warmUpMs;
    }

    public long startMs() {
        return startMs;
    }

    void record(long clickMs, long nowMs) {
        if (clickMs >= measuredFromMs) {
            measured.record(nowMs - clickMs);
        } else if (clickMs >= startMs) {
            warmUp.record(nowMs - clickMs);
        }
    }

    /** Returns the latencies of the clicks after the warm-up. */
    public LatencyHistogram measured() {
        return measured;
    }

    public boolean isWarm() {
        return measured.count() > 0;
    }

    /** Returns the measured latencies, or those of the warm-up while there are none. */
    public LatencyHistogram shown() {
        return isWarm() ? measured : warmUp;
    }
}
