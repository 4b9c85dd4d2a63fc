package io.freshet.evaluation;

import io.freshet.delta.StepRecord;

/**
 * A recommender without a model, as a floor: ranks the next item among all items observed so far, then takes it in.
 *
 * <p>Items are rows of a vocabulary. Ties count against the target. Not thread-safe.
 */
public sealed interface Baseline permits WindowedPopularity, DecayedPopularity, SequentialRules {
    /**
     * The rank of {@code target}, from 1, or {@link StepRecord#MISS} if it was never observed or is masked.
     *
     * @param history rows of the user's earlier clicks, oldest first; only the first {@code length} count
     */
    default int rank(int[] history, int length, int target) {
        return rank(history, length, target, history, length);
    }

    /**
     * The rank of {@code target}, from 1, or {@link StepRecord#MISS} if it was never observed or is masked.
     *
     * @param history rows of the user's earlier clicks, oldest first; only the first {@code length} count
     * @param seen rows of the user's earlier events of whatever type, the first {@code seenLength}: what is masked
     */
    int rank(int[] history, int length, int target, int[] seen, int seenLength);

    /** Learns that {@code item} came after this history. */
    void observe(int[] history, int length, int item);
}
