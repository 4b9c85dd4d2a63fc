package io.freshet.training.publish;

import io.freshet.store.snapshot.Manifest;
import java.util.Map;

/** Cumulative cost of training a model, over all restarts. For operators only: learning does not depend on it. */
public final class Progress {
    private static final String RECORDS = "training_records";
    private static final String SECONDS = "training_seconds";
    private static final String SNAPSHOTS = "training_snapshots";

    private long records;
    private long nanos;
    private long snapshots;

    /** Continues from the values in a snapshot's manifest. */
    void resume(Manifest manifest) {
        Map<String, Double> metrics = manifest.metrics();
        records = metrics.getOrDefault(RECORDS, 0.0).longValue();
        nanos = (long) (metrics.getOrDefault(SECONDS, 0.0) * 1e9);
        snapshots = metrics.getOrDefault(SNAPSHOTS, 0.0).longValue();
    }

    /** Adds a step of {@code stepRecords} input records that took {@code stepNanos}. */
    public void addStep(int stepRecords, long stepNanos) {
        records += stepRecords;
        nanos += stepNanos;
    }

    /** Counts a snapshot that was written. */
    public void addSnapshot() {
        snapshots++;
    }

    /** Returns the number of input records learned from. */
    public long records() {
        return records;
    }

    /** Returns the time spent in steps. */
    public double seconds() {
        return nanos / 1e9;
    }

    /** Returns the number of snapshots written. */
    public long snapshots() {
        return snapshots;
    }

    /** Adds the values that {@link #resume} reads. The snapshot that they are written to is counted. */
    void describeTo(Map<String, Double> metrics) {
        metrics.put(RECORDS, (double) records);
        metrics.put(SECONDS, seconds());
        metrics.put(SNAPSHOTS, (double) (snapshots + 1));
    }
}
