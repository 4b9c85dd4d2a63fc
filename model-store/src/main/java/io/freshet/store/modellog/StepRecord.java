package io.freshet.store.modellog;

import java.util.Arrays;
import java.util.List;

/**
 * The journal entry of one training step: the records that it learned from, and their ranks under the model as it was
 * before the step. Immutable. This object owns its arrays; callers must not change them.
 *
 * @param step number of the step, from 1
 * @param ranges records that the step consumed
 * @param ranks rank of each new position under the whole model, in order: {@link #NO_EVENT}, {@link #MISS}, or a rank
 *     from 1
 * @param networkRanks ranks under the network alone
 * @param memoryRanks ranks under the memory alone
 * @param clickTimestampsMs Kafka timestamp of the click that caused each input record, in order
 */
@SuppressWarnings("ArrayRecordComponent") // equals compares the elements
public record StepRecord(
        long step,
        List<InputRange> ranges,
        int[] ranks, // (new positions)
        int[] networkRanks, // (new positions)
        int[] memoryRanks, // (new positions)
        long[] clickTimestampsMs) // (input records)
        implements ModelLogRecord {
    /** Rank of an item that the model had never seen. */
    public static final int MISS = Integer.MAX_VALUE;

    /** Rank of a position that is not evaluated, because no click precedes it. */
    public static final int NO_EVENT = 0;

    /** Creates an entry and takes ownership of the arrays. */
    public StepRecord {
        if (step < 0) {
            throw new IllegalArgumentException("step must not be negative: step=" + step);
        }
        requireRanks(ranks, ranks.length, step);
        requireRanks(networkRanks, ranks.length, step);
        requireRanks(memoryRanks, ranks.length, step);
        ranges = List.copyOf(ranges);
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
