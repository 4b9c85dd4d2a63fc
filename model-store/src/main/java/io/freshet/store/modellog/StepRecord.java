package io.freshet.store.modellog;

import java.util.Arrays;
import java.util.List;

/**
 * The journal entry of one training step: the records that it learned from, and their ranks under the model as it was
 * before the step. Immutable. This object owns its arrays; callers must not change them.
 */
public final class StepRecord implements ModelLogRecord {
    /** Rank of an item that the model had never seen. */
    public static final int MISS = Integer.MAX_VALUE;

    /** Rank of a position that is not evaluated, because no click precedes it. */
    public static final int NO_EVENT = 0;

    /** Stands for the Kafka timestamp of an imported click, on whose way to the model there is nothing to measure. */
    public static final long IMPORTED = -1;

    private final long step;
    private final List<InputRange> ranges;
    private final TargetRanks ranks;
    private final long[] clickTimestampsMs; // (input records)

    /**
     * Creates an entry and takes ownership of the arrays.
     *
     * @param step number of the step, from 1
     * @param ranges records that the step consumed
     * @param ranks ranks of the new positions, in order
     * @param clickTimestampsMs Kafka timestamp of the click that caused each input record, in order; {@link
     *     #IMPORTED} for an imported click
     */
    public StepRecord(long step, List<InputRange> ranges, TargetRanks ranks, long[] clickTimestampsMs) {
        if (step < 0) {
            throw new IllegalArgumentException("step must not be negative: step=" + step);
        }
        int positions = ranks.served().length;
        requireRanks(ranks.served(), positions, step);
        requireRanks(ranks.network(), positions, step);
        requireRanks(ranks.memory(), positions, step);
        this.step = step;
        this.ranges = List.copyOf(ranges);
        this.ranks = ranks;
        this.clickTimestampsMs = clickTimestampsMs;
    }

    private static void requireRanks(int[] ranks, int count, long step) {
        if (ranks.length != count) {
            throw new IllegalArgumentException("there must be a rank of each kind for each new position: ranks=" + count
                    + ", others=" + ranks.length + ", step=" + step);
        }
        for (int rank : ranks) {
            if (rank < 0) {
                throw new IllegalArgumentException("rank must not be negative: rank=" + rank + ", step=" + step);
            }
        }
    }

    public long step() {
        return step;
    }

    public List<InputRange> ranges() {
        return ranges;
    }

    /** Returns the ranks of the new positions, in order. */
    public TargetRanks targetRanks() {
        return ranks;
    }

    /** Returns the ranks by the served mixture. */
    public int[] ranks() {
        return ranks.served();
    }

    public long[] clickTimestampsMs() {
        return clickTimestampsMs;
    }

    /** Returns the Kafka timestamps of the clicks that were not imported, in order. */
    public long[] liveClickTimestampsMs() {
        return Arrays.stream(clickTimestampsMs)
                .filter(timestampMs -> timestampMs != IMPORTED)
                .toArray();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof StepRecord other
                && step == other.step
                && ranges.equals(other.ranges)
                && ranks.equals(other.ranks)
                && Arrays.equals(clickTimestampsMs, other.clickTimestampsMs);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(step) + ranges.hashCode();
    }

    @Override
    public String toString() {
        return "StepRecord[step=" + step + ", ranges=" + ranges + ", ranks=" + ranks().length + ", clicks="
                + clickTimestampsMs.length + "]";
    }
}
