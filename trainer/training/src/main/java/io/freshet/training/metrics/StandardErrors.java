package io.freshet.training.metrics;

/**
 * Standard errors of the figures of an {@link Accuracy}, as means over independent events. A figure is within
 * {@value #NORMAL_95} standard errors of that of all events in 95% of samples.
 *
 * @param hr standard error of the hit rate
 * @param ndcg standard error of the NDCG
 * @param mrr standard error of the MRR
 */
public record StandardErrors(double hr, double ndcg, double mrr) {
    /** Half of the length of a 95% interval, in standard errors. */
    public static final double NORMAL_95 = 1.96;

    public static final StandardErrors NONE = new StandardErrors(0, 0, 0);
}
