package io.freshet.lab.baseline;

import io.freshet.store.modellog.StepRecord;

/**
 * A recommender without a model, which sets a lower bound for models. It ranks the next item among all items observed so
 * far, and then observes it.
 *
 * <p>Items are rows of a vocabulary. Ties count against the target. Not thread-safe.
 */
public sealed interface Baseline permits WindowedPopularity, DecayedPopularity, SequentialRules {
    /**
     * Returns the rank of {@code target}, from 1, or {@link StepRecord#MISS} if it was never observed or is masked.
     *
     * @param history rows of the user's earlier clicks, oldest first; only the first {@code length} count
     */
    default int rank(int[] history, int length, int target) {
        return rank(history, length, target, history, length);
    }

    /**
     * Returns the rank of {@code target}, from 1, or {@link StepRecord#MISS} if it was never observed or is masked.
     *
     * @param history rows of the user's earlier clicks, oldest first; only the first {@code length} count
     * @param seen rows of the user's earlier events of any type, which are masked; only the first {@code seenLength}
     *     count
     */
    int rank(int[] history, int length, int target, int[] seen, int seenLength);

    /** Observes that {@code item} followed this history. */
    void observe(int[] history, int length, int item);
}
