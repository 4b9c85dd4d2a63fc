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
}
