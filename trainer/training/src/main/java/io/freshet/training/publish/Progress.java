package io.freshet.training.publish;

import java.util.Map;

/** Cumulative cost of training a model, over all restarts. For operators only: learning does not depend on it. */
public final class Progress {
    private static final String RECORDS = "training_records";
    private static final String SECONDS = "training_seconds";
    private static final String SNAPSHOTS = "training_snapshots";

    /**
     * Totals of a model's training.
     *
     * @param records number of input records learned from
     * @param seconds time spent in steps
     * @param snapshots number of snapshots written
     */
    public record Totals(long records, double seconds, long snapshots) {
        /** The totals of a model that has learned nothing. */
        public static final Totals NONE = new Totals(0, 0, 0);
    }

    private long records;
    private long nanos;
    private long snapshots;

    /** The progress of a model that has learned nothing. */
    public Progress() {
        this(Map.of());
    }

    /** Continues from the metrics in a snapshot's manifest. */
    Progress(Map<String, Double> metrics) {
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

    /** Returns the totals up to now. */
    public Totals totals() {
        return new Totals(records, nanos / 1e9, snapshots);
    }

    /** Adds the values that a later progress continues from. The snapshot that they are written to is counted. */
    void describeTo(Map<String, Double> metrics) {
        metrics.put(RECORDS, (double) records);
        metrics.put(SECONDS, nanos / 1e9);
        metrics.put(SNAPSHOTS, (double) (snapshots + 1));
    }
}
