package io.freshet.model.cooccurrence;

import java.util.BitSet;

/**
 * The newest clicks of all users, at most {@value #CAPACITY}, as a distribution over the next item. A click with n newer ones
 * has a probability proportional to 1 / (1 + n / {@value #AGE}). Takes half a kilobyte. Not thread-safe.
 */
final class RecentClicks {
    static final int CAPACITY = 100;
    static final int AGE = 30;

    private static final double[] WEIGHTS = new double[CAPACITY]; // by number of newer clicks
    private static final double[] SUMS = new double[CAPACITY + 1]; // of the first weights

    static {
        for (int newer = 0; newer < CAPACITY; newer++) {
            WEIGHTS[newer] = 1 / (1 + (double) newer / AGE);
            SUMS[newer + 1] = SUMS[newer] + WEIGHTS[newer];
        }
    }

    private final int[] rows = new int[CAPACITY]; // a ring
    private int end; // place after the newest click
    private int size;

    void add(int row) {
        rows[end] = row;
        end = (end + 1) % CAPACITY;
        size = Math.min(size + 1, CAPACITY);
    }

    /** Removes the clicks on some items. The clicks before them are then newer. */
    void forget(BitSet forgotten) {
        int[] kept = new int[size];
        int count = 0;
        for (int newer = size - 1; newer >= 0; newer--) {
            if (!forgotten.get(row(newer))) {
                kept[count++] = row(newer);
            }
        }
        end = 0;
        size = 0;
        for (int i = 0; i < count; i++) {
            add(kept[i]);
        }
    }

    int size() {
        return size;
    }

    /** Returns the row of the click that has this many newer ones. */
    int row(int newer) {
        return rows[Math.floorMod(end - 1 - newer, CAPACITY)];
    }

    /** Adds the distribution to an open history. There must be a click. */
    void expect(double share, CooccurrenceScores into) {
        for (int newer = 0; newer < size; newer++) {
            into.add(Component.RECENT, share, row(newer), WEIGHTS[newer] / SUMS[size]);
        }
    }

    void copyFrom(RecentClicks other) {
        System.arraycopy(other.rows, 0, rows, 0, CAPACITY);
        end = other.end;
        size = other.size;
    }
}
