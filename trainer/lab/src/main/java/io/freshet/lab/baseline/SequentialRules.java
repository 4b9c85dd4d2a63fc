package io.freshet.lab.baseline;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Ranks items by how often they followed the user's last three items.
 *
 * <p>A click adds {@code 1 / gap} to the rule "earlier item → clicked item" for each of the three items before it. An
 * item's score is the sum, over the user's last three items, of {@code 1 / gap} times the rule's
 * weight. Ties count against the target. Items without a rule rank after all others, by {@link WindowedPopularity}.
 * Weights are stored in integer sixths, so that ties are exact.
 *
 * <p>Memory grows with the number of distinct pairs within three clicks of each other, unless items are
 * {@linkplain #forget forgotten}: this baseline is for evaluation runs, not for serving.
 */
public final class SequentialRules implements Baseline {
    private static final int[] SIXTHS = {6, 3, 2}; // 1 / gap in sixths, by gap - 1

    private final WindowedPopularity popularity;
    private @Nullable SuccessorCounts[] successorsOf = new SuccessorCounts[0]; // by row
    private final ScoredRows scores = new ScoredRows(); // in 36ths

    /** @param popularityWindow number of clicks in the window that ranks items without a rule */
    public SequentialRules(int popularityWindow) {
        this.popularity = new WindowedPopularity(popularityWindow);
    }

    @Override
    public Ranks rank(UserState user, int target) {
        if (!popularity.isSeen(target)) {
            return Ranks.MISS;
        }
        score(user.history());
        Ranks ranks = scores.rank(target, user.seen(), popularity);
        scores.clear();
        return ranks;
    }

    @Override
    public void observe(UserState user, int item) {
        int[] history = user.history();
        for (int gap = 1; gap <= Math.min(SIXTHS.length, history.length); gap++) {
            successors(history[history.length - gap]).add(item, SIXTHS[gap - 1]);
        }
        popularity.observe(item);
    }

    /** Drops all rules from and to items that will not be clicked again, which bounds memory by the remaining items. */
    public void forget(BitSet items) {
        for (int item = 0; item < successorsOf.length; item++) {
            SuccessorCounts successors = successorsOf[item];
            if (successors != null) {
                successorsOf[item] = items.get(item) ? null : successors.without(items);
            }
        }
    }

    private void score(int[] history) {
        for (int gap = 1; gap <= Math.min(SIXTHS.length, history.length); gap++) {
            int item = history[history.length - gap];
            SuccessorCounts successors = item < successorsOf.length ? successorsOf[item] : null;
            for (int slot = 0; successors != null && slot < successors.capacity(); slot++) {
                if (successors.isUsed(slot)) {
                    scores.add(successors.rowAt(slot), (double) SIXTHS[gap - 1] * successors.weightAt(slot));
                }
            }
        }
    }

    private SuccessorCounts successors(int item) {
        if (item >= successorsOf.length) {
            successorsOf = Arrays.copyOf(successorsOf, Math.max(item + 1, 2 * successorsOf.length));
        }
        SuccessorCounts successors = successorsOf[item];
        if (successors == null) {
            successors = new SuccessorCounts();
            successorsOf[item] = successors;
        }
        return successors;
    }
}
