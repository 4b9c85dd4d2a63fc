package io.freshet.lab.baseline;

import java.util.Arrays;

/**
 * Ranks items by the sum of their clicks' weights. A click's weight halves with every {@code halfLife} clicks of the
 * stream.
 *
 * <p>Instead of decreasing all weights, it increases the weight of each new click. Ranking takes time linear in the
 * number of items.
 */
public final class DecayedPopularity implements Baseline {
    /** The half-life at which the mean age of a click equals that in a window of 10,000 clicks. */
    public static final int DEFAULT_HALF_LIFE = 3_500;

    private static final double NEVER_SEEN = -1;
    private static final double LARGEST = 1e100;

    private final double growth;
    private double weight = 1; // of the next click
    private double[] weightOf = new double[0]; // by row

    /** @param halfLife half-life in clicks of the stream */
    public DecayedPopularity(int halfLife) {
        if (halfLife < 1) {
            throw new IllegalArgumentException("halfLife must be positive: halfLife=" + halfLife);
        }
        this.growth = Math.pow(2, 1.0 / halfLife);
    }

    @Override
    public Ranks rank(UserState user, int target) {
        double least = weight(target);
        if (least == NEVER_SEEN) {
            return Ranks.MISS;
        }
        int rank = 0;
        for (double other : weightOf) {
            rank += other >= least ? 1 : 0;
        }
        return Ranks.of(rank, target, user.seen(), row -> weight(row) >= least);
    }

    @Override
    public void observe(UserState user, int item) {
        growTo(item);
        weightOf[item] = Math.max(0, weightOf[item]) + weight;
        weight *= growth;
        if (weight > LARGEST) {
            scaleDown();
        }
    }

    private double weight(int item) {
        return item < weightOf.length ? weightOf[item] : NEVER_SEEN;
    }

    private void scaleDown() {
        for (int item = 0; item < weightOf.length; item++) {
            weightOf[item] = weightOf[item] == NEVER_SEEN ? NEVER_SEEN : weightOf[item] / LARGEST;
        }
        weight /= LARGEST;
    }

    private void growTo(int item) {
        int size = weightOf.length;
        if (item >= size) {
            weightOf = Arrays.copyOf(weightOf, Math.max(item + 1, 2 * size));
            Arrays.fill(weightOf, size, weightOf.length, NEVER_SEEN);
        }
    }
}
