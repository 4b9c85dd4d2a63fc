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

    /** Stands for the rank of a position that the step learned from but did not rank, see {@link RankShare}. */
    public static final int UNRANKED = -1;

    /** Stands for the Kafka timestamp of an imported click, on whose way to the model there is nothing to measure. */
    public static final long IMPORTED = -1;

    private final long step;
    private final List<InputRange> ranges;
    private final TargetRanks ranks;
    private final RankShare rankShare;
    private final long[] clickTimestampsMs; // (input records)

    /** Creates an entry of a step that ranked every click, and takes ownership of the arrays. */
    public StepRecord(long step, List<InputRange> ranges, TargetRanks ranks, long[] clickTimestampsMs) {
        this(step, ranges, ranks, RankShare.ALL, clickTimestampsMs);
    }

    /**
     * Creates an entry and takes ownership of the arrays.
     *
     * @param step number of the step, from 1
     * @param ranges records that the step consumed
     * @param ranks ranks of the new positions, in order; a position is {@link #UNRANKED} in all three or in none
     * @param rankShare share of the clicks that the step ranked
     * @param clickTimestampsMs Kafka timestamp of the click that caused each input record, in order; {@link
     *     #IMPORTED} for an imported click
     */
    public StepRecord(
            long step, List<InputRange> ranges, TargetRanks ranks, RankShare rankShare, long[] clickTimestampsMs) {
        if (step < 0) {
            throw new IllegalArgumentException("step must not be negative: step=" + step);
        }
        requireRanks(ranks.served(), ranks.served(), step);
        requireRanks(ranks.network(), ranks.served(), step);
        requireRanks(ranks.memory(), ranks.served(), step);
        if (rankShare.isAll() && Arrays.stream(ranks.served()).anyMatch(rank -> rank == UNRANKED)) {
            throw new IllegalArgumentException("a step that ranks every click must have all ranks: step=" + step);
        }
        this.step = step;
        this.ranges = List.copyOf(ranges);
        this.ranks = ranks;
        this.rankShare = rankShare;
        this.clickTimestampsMs = clickTimestampsMs;
    }

    private static void requireRanks(int[] ranks, int[] served, long step) {
        if (ranks.length != served.length) {
            throw new IllegalArgumentException("there must be a rank of each kind for each new position: ranks="
                    + served.length + ", others=" + ranks.length + ", step=" + step);
        }
        for (int i = 0; i < ranks.length; i++) {
            if (ranks[i] < UNRANKED || (ranks[i] == UNRANKED) != (served[i] == UNRANKED)) {
                throw new IllegalArgumentException("a rank must not be negative, unless the position has none of any"
                        + " kind: rank=" + ranks[i] + ", step=" + step);
            }
        }
    }

    /** Returns whether this is the rank of an event, a miss included. */
    public static boolean isRanked(int rank) {
        return rank != NO_EVENT && rank != UNRANKED;
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

    /** Returns the share of the clicks that the step ranked. A rerun ranks the same share. */
    public RankShare rankShare() {
        return rankShare;
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
                && rankShare.equals(other.rankShare)
                && Arrays.equals(clickTimestampsMs, other.clickTimestampsMs);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(step) + ranges.hashCode();
    }

    @Override
    public String toString() {
        return "StepRecord[step=" + step + ", ranges=" + ranges + ", ranks=" + ranks().length + ", rankShare="
                + rankShare + ", clicks="
                + clickTimestampsMs.length + "]";
    }
}
