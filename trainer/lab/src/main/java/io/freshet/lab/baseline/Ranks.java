package io.freshet.lab.baseline;

import io.freshet.store.modellog.StepRecord;
import java.util.function.IntPredicate;

/**
 * Two ranks of a target by the same scores: from 1, or {@link StepRecord#MISS}.
 *
 * @param amongAll rank among all items observed so far
 * @param amongUnseen rank among those that the user has not seen; a miss if the user has seen the target
 */
public record Ranks(int amongAll, int amongUnseen) {
    static final Ranks MISS = new Ranks(StepRecord.MISS, StepRecord.MISS);

    /**
     * Returns the ranks of a target whose rank among all items is known.
     *
     * @param seen rows that the user has seen, possibly with repeats
     * @param counted whether a row other than the target is counted in {@code amongAll}: it was observed, and does not rank
     *     behind the target
     */
    static Ranks of(int amongAll, int target, int[] seen, IntPredicate counted) {
        int rank = amongAll;
        for (int position = 0; position < seen.length; position++) {
            if (seen[position] == target) {
                return new Ranks(amongAll, StepRecord.MISS);
            }
            if (counted.test(seen[position]) && isFirst(seen, position)) {
                rank--;
            }
        }
        return new Ranks(amongAll, rank);
    }

    private static boolean isFirst(int[] rows, int position) {
        for (int i = 0; i < position; i++) {
            if (rows[i] == rows[position]) {
                return false;
            }
        }
        return true;
    }
}
