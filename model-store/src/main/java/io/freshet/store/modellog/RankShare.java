package io.freshet.store.modellog;

import io.freshet.store.sequence.ClickOrigin;
import java.util.Locale;

/**
 * The share of the clicks that are ranked before a model learns from them, in whole millionths.
 *
 * <p>A hash of the topic, the partition and the offset of a click's record picks the clicks, in runs of {@value #RUN}
 * successive offsets. So every reader of the same records picks the same ones, and the clicks of a smaller share are among
 * those of a larger share. Runs are cheaper than single clicks, because ranking reads the whole item table, and reads it
 * once for all clicks of a step. The journal depends on the hash and on the runs, so they never change.
 *
 * @param millionths from 1 to 1,000,000
 */
public record RankShare(int millionths) {
    /** Number of successive offsets of a partition that are picked together. */
    static final int RUN = 16;

    private static final int WHOLE = 1_000_000;

    /** Every click is ranked. */
    public static final RankShare ALL = new RankShare(WHOLE);

    public RankShare {
        if (millionths < 1 || millionths > WHOLE) {
            throw new IllegalArgumentException(
                    "a share of ranked clicks must be from 1 to 1,000,000 millionths: millionths=" + millionths);
        }
    }

    /**
     * Returns the share that is nearest to a number, and at least a millionth.
     *
     * @throws IllegalArgumentException unless the number is above 0 and at most 1
     */
    public static RankShare of(double share) {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException(
                    "a share of ranked clicks must be above 0 and at most 1: share=" + share);
        }
        return new RankShare(Math.max(1, (int) Math.round(share * WHOLE)));
    }

    /** Returns the share as a number above 0 and at most 1. */
    public double value() {
        return (double) millionths / WHOLE;
    }

    /** Returns whether every click is ranked. */
    public boolean isAll() {
        return millionths == WHOLE;
    }

    /** Returns whether the click of this record is ranked. */
    public boolean picks(ClickOrigin click) {
        return isAll() || Math.unsignedMultiplyHigh(runOf(click), WHOLE) < millionths;
    }

    /** Returns the hash of the run that a click belongs to. Clicks of a run are ranked together or not at all. */
    public static long runOf(ClickOrigin click) {
        long partition = mixed(((long) click.topic().hashCode() << Integer.SIZE) ^ click.partition());
        return mixed(partition + click.offset() / RUN);
    }

    /** Returns the output of SplitMix64 for a state. */
    private static long mixed(long state) {
        long z = state + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** Returns the share as a decimal number. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.6f", value()).replaceFirst("\\.?0+$", "");
    }
}
