package io.freshet.training.online;

import io.freshet.training.config.OnlineConfig;
import java.time.Duration;

/** Decides when a delta and when a snapshot is due. Not thread-safe. */
final class PublishSchedule {
    private final long deltaInterval; // ns
    private final long snapshotInterval; // ns
    private long deltaNanos; // when the last delta was committed
    private long snapshotNanos; // when the last snapshot was begun, or when it failed
    private long stepNanos; // duration of the last step

    PublishSchedule(OnlineConfig.Publishing config) {
        this.deltaInterval = config.deltaInterval().toNanos();
        this.snapshotInterval = config.snapshotInterval().toNanos();
    }

    /** Begins the first intervals. */
    void begin() {
        deltaCommitted();
        snapshotBegun();
    }

    void stepTook(long nanos) {
        stepNanos = nanos;
    }

    void deltaCommitted() {
        deltaNanos = System.nanoTime();
    }

    /** Begins the interval until the next snapshot. */
    void snapshotBegun() {
        snapshotNanos = System.nanoTime();
    }

    /** Makes a snapshot due at once. */
    void hastenSnapshot() {
        snapshotNanos = System.nanoTime() - snapshotInterval;
    }

    /** Makes a snapshot due after a delay, or after the usual interval if that is shorter. */
    void snapshotIn(Duration delay) {
        snapshotNanos = System.nanoTime() - snapshotInterval + Math.min(snapshotInterval, delay.toNanos());
    }

    Duration untilDelta() {
        return Duration.ofNanos(Math.max(0, deltaInterval - (System.nanoTime() - deltaNanos)));
    }

    /** Returns whether no later step is expected to end nearer to the end of the interval. */
    boolean isDeltaDue() {
        return untilDelta().toNanos() <= stepNanos / 2;
    }

    boolean isSnapshotDue() {
        return System.nanoTime() - snapshotNanos >= snapshotInterval;
    }
}
