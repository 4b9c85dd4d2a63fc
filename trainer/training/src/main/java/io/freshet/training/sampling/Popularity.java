package io.freshet.training.sampling;

import java.util.Arrays;

/**
 * A proposal distribution that draws item v with probability q(v) proportional to {@code (count(v) + 1)^power}, where
 * count(v) is how often v was observed. Power 1 is the unigram distribution, 3/4 that of word2vec (Mikolov et al.,
 * NeurIPS 2013), both smoothed so that a new item can be drawn at once.
 *
 * <p>Weights are integers, {@code round(2^16 (count + 1)^power)}, in a Fenwick tree (Fenwick, "A New Data Structure for
 * Cumulative Frequency Tables", 1994). Drawing and observing take time logarithmic in the number of items. The counts
 * alone determine every draw, whatever the order of the observations.
 *
 * <p>Any number of threads may draw concurrently. Only one may observe, while no other draws.
 */
public final class Popularity {
    private static final double ONE = 0x1p16;
    private static final long NO_ITEM = -1; // one less than the count of an unobserved item, so its weight is 0

    private final float power;
    private long[] counts = {}; // (capacity), NO_ITEM for rows that cannot be drawn
    private float[] logWeights = {}; // (capacity)
    private long[] tree = {0}; // (capacity + 1): node i sums the i & -i weights that end with row i - 1
    private long total;
    private int rows;

    /** Creates a distribution without rows. */
    public Popularity(float power) {
        this.power = power;
    }

    /** Extends the distribution to {@code count} rows. New rows are unobserved. */
    public void growTo(int count) {
        if (count > counts.length) {
            reserve(count);
        }
        for (; rows < count; rows++) {
            setWeight(rows, 0);
        }
    }

    /**
     * Reallocates to a capacity that is a power of two, so that the descent through the tree needs no bounds checks.
     */
    private void reserve(int count) {
        int capacity = Integer.highestOneBit(Math.max(1023, count - 1)) << 1;
        counts = Arrays.copyOf(counts, capacity);
        logWeights = Arrays.copyOf(logWeights, capacity);
        tree = new long[capacity + 1];
        total = 0;
        for (int row = 0; row < rows; row++) {
            setWeight(row, 0);
        }
    }

    /** Returns how often each row was observed, {@code (rows)}; -1 for a removed row. */
    public long[] counts() {
        return Arrays.copyOf(counts, rows);
    }

    /** Restores earlier counts. Rows beyond them are new. */
    public void restore(long[] observed) {
        counts = Arrays.copyOf(observed, observed.length);
        rows = observed.length;
        reserve(rows);
    }

    /** Counts the row once more. */
    public void observe(int row) {
        setCount(row, counts[row] + 1);
    }

    /** Makes a {@linkplain #remove removed} row available to draws again, as a row never observed. */
    public void add(int row) {
        if (row < rows && counts[row] == NO_ITEM) {
            setCount(row, 0);
        }
    }

    /** Excludes a row from draws. */
    public void remove(int row) {
        growTo(row + 1);
        setCount(row, NO_ITEM);
    }

    private void setCount(int row, long count) {
        long before = weight(row);
        counts[row] = count;
        setWeight(row, before);
    }

    private long weight(int row) {
        return Math.round(ONE * StrictMath.pow(counts[row] + 1.0, power));
    }

    /** Updates the tree from the row's previous weight, {@code before}, to the weight of its count. */
    private void setWeight(int row, long before) {
        long weight = weight(row);
        logWeights[row] = (float) StrictMath.log((double) weight);
        total += weight - before;
        for (int node = row + 1; node < tree.length; node += node & -node) {
            tree[node] += weight - before;
        }
    }

    /** Returns the row that the random bits select. */
    public int draw(long bits) {
        long left = Math.unsignedMultiplyHigh(bits, total);
        int row = 0;
        for (int width = tree.length - 1; width > 0; width >>= 1) {
            if (row + width < tree.length && tree[row + width] <= left) {
                row += width;
                left -= tree[row];
            }
        }
        return row;
    }

    /** Returns the unnormalised log q of the row: {@code log q = logWeight - logTotal}. */
    public float logWeight(int row) {
        return logWeights[row];
    }

    /** Returns the log of the sum of all weights. */
    public double logTotal() {
        return StrictMath.log((double) total);
    }
}
