package io.freshet.lab.baseline;

import java.util.Arrays;

/**
 * Ranks items by their number of clicks among the newest {@code window} clicks.
 *
 * <p>A click changes an item's count by one, so the array of the number of items with at least a given count changes in
 * one element only. That array replaces sorting: both operations take constant time, except for masking, which is linear
 * in the length of the history.
 */
public final class WindowedPopularity implements Baseline {
    /** The window of the published baseline results. */
    public static final int DEFAULT_WINDOW = 10_000;

    private static final int NEVER_SEEN = -1;

    private final int[] window; // ring of item rows
    private final int[] itemsWithAtLeast; // (window + 1): how many seen items have at least this count
    private int[] countOf = new int[0]; // by row
    private long observed;

    public WindowedPopularity(int window) {
        if (window < 1) {
            throw new IllegalArgumentException("window must be positive: window=" + window);
        }
        this.window = new int[window];
        this.itemsWithAtLeast = new int[window + 1];
    }

    @Override
    public Ranks rank(UserState user, int target) {
        int count = count(target);
        return count == NEVER_SEEN
                ? Ranks.MISS
                : Ranks.of(itemsWithAtLeast[count], target, user.seen(), row -> count(row) >= count);
    }

    @Override
    public void observe(UserState user, int item) {
        observe(item);
    }

    void observe(int item) {
        growTo(item);
        int place = (int) (observed % window.length);
        if (observed >= window.length) {
            int oldest = window[place];
            itemsWithAtLeast[countOf[oldest]--]--;
        }
        window[place] = item;
        observed++;
        if (countOf[item] == NEVER_SEEN) {
            countOf[item] = 0;
            itemsWithAtLeast[0]++;
        }
        itemsWithAtLeast[++countOf[item]]++;
    }

    /** Returns the number of clicks on the item in the window, or -1 if the item was never observed. */
    int count(int item) {
        return item < countOf.length ? countOf[item] : NEVER_SEEN;
    }

    boolean isSeen(int item) {
        return count(item) != NEVER_SEEN;
    }

    /** Returns the number of observed items with at least this count. */
    int itemsWithAtLeast(int count) {
        return itemsWithAtLeast[count];
    }

    private void growTo(int item) {
        int size = countOf.length;
        if (item >= size) {
            countOf = Arrays.copyOf(countOf, Math.max(item + 1, 2 * size));
            Arrays.fill(countOf, size, countOf.length, NEVER_SEEN);
        }
    }
}
