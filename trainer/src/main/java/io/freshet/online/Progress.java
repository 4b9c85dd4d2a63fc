package io.freshet.online;

import io.freshet.snapshot.Manifest;
import java.util.Map;

/** What a model's training has taken so far, over all its restarts: for people, not for the learning. */
final class Progress {
    private static final String RECORDS = "training_records";
    private static final String SECONDS = "training_seconds";
    private static final String SNAPSHOTS = "training_snapshots";

    private long records;
    private long nanos;
    private long snapshots;

    /** Goes on from what a snapshot's manifest says. */
    void resume(Manifest manifest) {
        Map<String, Double> metrics = manifest.metrics();
        records = metrics.getOrDefault(RECORDS, 0.0).longValue();
        nanos = (long) (metrics.getOrDefault(SECONDS, 0.0) * 1e9);
        snapshots = metrics.getOrDefault(SNAPSHOTS, 0.0).longValue();
    }

    void addStep(int stepRecords, long stepNanos) {
        records += stepRecords;
        nanos += stepNanos;
    }

    void addSnapshot() {
        snapshots++;
    }

    /** Input records learned from. */
    long records() {
        return records;
    }

    /** Time spent in steps. */
    double seconds() {
        return nanos / 1e9;
    }

    long snapshots() {
        return snapshots;
    }

    /** Adds what {@link #resume} reads, counting the snapshot that it goes into. */
    void describeTo(Map<String, Double> metrics) {
        metrics.put(RECORDS, (double) records);
        metrics.put(SECONDS, seconds());
        metrics.put(SNAPSHOTS, (double) (snapshots + 1));
    }
}
