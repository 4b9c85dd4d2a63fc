package io.freshet.evaluation;

/**
 * What a number of ranked events come to, each figure a mean over the events and 0 where there are none.
 *
 * @param events how many targets were ranked
 * @param hr hit rate: the share of targets among the first k
 * @param ndcg mean of {@code 1 / log2(rank + 1)} of the targets among the first k, one relevant item an event
 * @param mrr mean of {@code 1 / rank} of the targets among the first k
 */
public record Accuracy(long events, double hr, double ndcg, double mrr) {
    public static final Accuracy NONE = new Accuracy(0, 0, 0, 0);

    /**
     * Over events of these ranks.
     *
     * @param ranks from 1; a miss is any above k
     * @param k length of the list that counts as a hit
     */
    public static Accuracy of(int[] ranks, int k) {
        RankCounts counts = new RankCounts(k);
        for (int rank : ranks) {
            counts.add(RankCounts.bucketOf(rank, k));
        }
        return counts.accuracy();
    }
}
