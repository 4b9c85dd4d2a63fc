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

    private final long step;
    private final List<InputRange> ranges;
    private final int[] ranks; // (new positions)
    private final int[] networkRanks; // (new positions)
    private final int[] memoryRanks; // (new positions)
    private final long[] clickTimestampsMs; // (input records)

    /**
     * Creates an entry and takes ownership of the arrays.
     *
     * @param step number of the step, from 1
     * @param ranges records that the step consumed
     * @param ranks rank of each new position under the whole model, in order: {@link #NO_EVENT}, {@link #MISS}, or a rank
     *     from 1
     * @param networkRanks ranks under the network alone
     * @param memoryRanks ranks under the memory alone
     * @param clickTimestampsMs Kafka timestamp of the click that caused each input record, in order
     */
    public StepRecord(
            long step,
            List<InputRange> ranges,
            int[] ranks,
            int[] networkRanks,
            int[] memoryRanks,
            long[] clickTimestampsMs) {
        if (step < 0) {
            throw new IllegalArgumentException("step must not be negative: step=" + step);
        }
        requireRanks(ranks, ranks.length, step);
        requireRanks(networkRanks, ranks.length, step);
        requireRanks(memoryRanks, ranks.length, step);
        this.step = step;
        this.ranges = List.copyOf(ranges);
        this.ranks = ranks;
        this.networkRanks = networkRanks;
        this.memoryRanks = memoryRanks;
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

    public int[] ranks() {
        return ranks;
    }

    public int[] networkRanks() {
        return networkRanks;
    }

    public int[] memoryRanks() {
        return memoryRanks;
    }

    public long[] clickTimestampsMs() {
        return clickTimestampsMs;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof StepRecord other
                && step == other.step
                && ranges.equals(other.ranges)
                && Arrays.equals(ranks, other.ranks)
                && Arrays.equals(networkRanks, other.networkRanks)
                && Arrays.equals(memoryRanks, other.memoryRanks)
                && Arrays.equals(clickTimestampsMs, other.clickTimestampsMs);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(step) + ranges.hashCode();
    }

    @Override
    public String toString() {
        return "StepRecord[step=" + step + ", ranges=" + ranges + ", ranks=" + ranks.length + ", clicks="
                + clickTimestampsMs.length + "]";
    }
}
