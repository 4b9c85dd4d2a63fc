package io.freshet.lab.baseline;

import io.freshet.store.modellog.StepRecord;
import io.freshet.training.metrics.SeenItems;
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

    private final SeenItems seenItems;
    private final WindowedPopularity popularity;
    private @Nullable SuccessorCounts[] successorsOf = new SuccessorCounts[0]; // by row
    private long[] scores = new long[0]; // by row, in 36ths, zero between calls
    private int[] scored = new int[16]; // rows whose score is not zero
    private int scoredSize;

    /** @param popularityWindow number of clicks in the window that ranks items without a rule */
    public SequentialRules(int popularityWindow, SeenItems seenItems) {
        this.seenItems = seenItems;
        this.popularity = new WindowedPopularity(popularityWindow, seenItems);
    }

    @Override
    public int rank(int[] history, int length, int target, int[] seen, int seenLength) {
        if (!popularity.isSeen(target)) {
            return StepRecord.MISS;
        }
        score(history, length);
        if (seenItems == SeenItems.MASKED) {
            mask(seen, seenLength);
        }
        int rank;
        if (seenItems == SeenItems.MASKED && contains(seen, seenLength, target)) {
            rank = StepRecord.MISS;
        } else if (scores[target] > 0) {
            rank = rankAmongScored(scores[target]);
        } else {
            rank = rankBehindScored(seen, seenLength, target);
        }
        clearScores();
        return rank;
    }

    @Override
    public void observe(int[] history, int length, int item) {
        for (int gap = 1; gap <= Math.min(SIXTHS.length, length); gap++) {
            successors(history[length - gap]).add(item, SIXTHS[gap - 1]);
        }
        if (item >= scores.length) {
            scores = Arrays.copyOf(scores, Math.max(item + 1, 2 * scores.length));
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

    private void score(int[] history, int length) {
        for (int gap = 1; gap <= Math.min(SIXTHS.length, length); gap++) {
            int item = history[length - gap];
            SuccessorCounts successors = item < successorsOf.length ? successorsOf[item] : null;
            if (successors != null) {
                addScores(successors, SIXTHS[gap - 1]);
            }
        }
    }

    private void addScores(SuccessorCounts successors, int sixths) {
        for (int slot = 0; slot < successors.capacity(); slot++) {
            if (!successors.isUsed(slot)) {
                continue;
            }
            int row = successors.rowAt(slot);
            if (scores[row] == 0) {
                if (scoredSize == scored.length) {
                    scored = Arrays.copyOf(scored, 2 * scoredSize);
                }
                scored[scoredSize++] = row;
            }
            scores[row] += (long) sixths * successors.weightAt(slot);
        }
    }

    /** Negates the scores of masked items, which excludes them and distinguishes them from items without a rule. */
    private void mask(int[] seen, int length) {
        for (int position = 0; position < length; position++) {
            int item = seen[position];
            if (item < scores.length && scores[item] > 0) {
                scores[item] = -scores[item];
            }
        }
    }

    private int rankAmongScored(long score) {
        int rank = 0;
        for (int i = 0; i < scoredSize; i++) {
            if (scores[scored[i]] >= score) {
                rank++;
            }
        }
        return rank;
    }

    private int rankBehindScored(int[] seen, int length, int target) {
        int count = popularity.count(target);
        int rank = popularity.itemsWithAtLeast(count);
        for (int i = 0; i < scoredSize; i++) {
            int row = scored[i];
            rank += scores[row] > 0 ? 1 : 0;
            rank -= popularity.count(row) >= count ? 1 : 0;
        }
        if (seenItems == SeenItems.MASKED) {
            for (int position = 0; position < length; position++) {
                int item = seen[position];
                boolean unscored = item >= scores.length || scores[item] == 0;
                if (unscored && popularity.count(item) >= count && WindowedPopularity.isFirst(seen, position)) {
                    rank--;
                }
            }
        }
        return rank;
    }

    private void clearScores() {
        for (int i = 0; i < scoredSize; i++) {
            scores[scored[i]] = 0;
        }
        scoredSize = 0;
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

    private static boolean contains(int[] rows, int length, int item) {
        for (int position = 0; position < length; position++) {
            if (rows[position] == item) {
                return true;
            }
        }
        return false;
    }
}
