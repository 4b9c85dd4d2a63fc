package io.freshet.training.metrics;

import java.util.Arrays;

/**
 * Counts of events by rank: one for each rank from 1 to k, and one for all worse ranks.
 *
 * <p>The figures are computed from integer counts, so they do not depend on the order in which events are added and
 * removed.
 */
public final class RankCounts {
    private final long[] counts; // (k + 1): ranks 1..k at 0..k-1, everything worse at k

    /**
     * Creates counts of zero.
     *
     * @param k cut-off: a target ranked among the first k is a hit
     */
    public RankCounts(int k) {
        this(new long[k + 1]);
    }

    /** Creates counts that take ownership of the array. */
    RankCounts(long[] counts) {
        this.counts = counts;
    }

    /** Returns the bucket of a rank: {@code rank - 1}, or k for all worse ranks. */
    static int bucketOf(int rank, int k) {
        return rank <= k ? rank - 1 : k;
    }

    int k() {
        return counts.length - 1;
    }

    /** Counts one event of this rank, from 1. */
    public void observe(int rank) {
        add(bucketOf(rank, k()));
    }

    long at(int bucket) {
        return counts[bucket];
    }

    void add(int bucket) {
        counts[bucket]++;
    }

    void remove(int bucket) {
        counts[bucket]--;
    }

    long events() {
        return Arrays.stream(counts).sum();
    }

    /** Returns the standard errors of the accuracy; 0 for fewer than two events. */
    public StandardErrors standardErrors() {
        long events = events();
        if (events < 2) {
            return StandardErrors.NONE;
        }
        Accuracy mean = accuracy();
        double hr = 0;
        double ndcg = 0;
        double mrr = 0;
        for (int rank = 1; rank <= k() + 1; rank++) {
            boolean hit = rank <= k();
            long count = counts[rank - 1];
            hr += count * squared((hit ? 1 : 0) - mean.hr());
            ndcg += count * squared((hit ? Math.log(2) / Math.log(rank + 1.0) : 0) - mean.ndcg());
            mrr += count * squared((hit ? 1.0 / rank : 0) - mean.mrr());
        }
        double degrees = (double) events * (events - 1);
        return new StandardErrors(Math.sqrt(hr / degrees), Math.sqrt(ndcg / degrees), Math.sqrt(mrr / degrees));
    }

    private static double squared(double x) {
        return x * x;
    }

    /** Returns the accuracy over all counted events. */
    public Accuracy accuracy() {
        long events = events();
        if (events == 0) {
            return Accuracy.NONE;
        }
        long hits = 0;
        double ndcg = 0;
        double mrr = 0;
        for (int rank = 1; rank <= k(); rank++) {
            long count = counts[rank - 1];
            hits += count;
            ndcg += count * (Math.log(2) / Math.log(rank + 1.0));
            mrr += (double) count / rank;
        }
        return new Accuracy(events, (double) hits / events, ndcg / events, mrr / events);
    }
}
