package io.freshet.training.metrics;

/**
 * Accuracy over a number of ranked events. Each figure is a mean over the events, and 0 if there are none.
 *
 * @param events number of ranked targets
 * @param hr hit rate: the share of targets among the first k
 * @param ndcg mean of {@code 1 / log2(rank + 1)} of the targets among the first k, with one relevant item per event
 * @param mrr mean of {@code 1 / rank} of the targets among the first k
 */
public record Accuracy(long events, double hr, double ndcg, double mrr) {
    public static final Accuracy NONE = new Accuracy(0, 0, 0, 0);

    /**
     * Returns the accuracy over events with the given ranks.
     *
     * @param ranks ranks from 1; any rank above k is a miss
     * @param k cut-off: a target ranked among the first k is a hit
     */
    public static Accuracy of(int[] ranks, int k) {
        RankCounts counts = new RankCounts(k);
        for (int rank : ranks) {
            counts.add(RankCounts.bucketOf(rank, k));
        }
        return counts.accuracy();
    }
}
