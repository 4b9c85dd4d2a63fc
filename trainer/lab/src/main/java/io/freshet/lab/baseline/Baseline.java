package io.freshet.lab.baseline;

/**
 * A recommender without a learned model, which sets a lower bound for models. It ranks the next item among all items
 * observed so far, and then observes it.
 *
 * <p>Items are rows of a vocabulary. Ties count against the target. Deterministic. Not thread-safe.
 */
public sealed interface Baseline permits WindowedPopularity, DecayedPopularity, SequentialRules, SessionNeighbours {
    /** Returns the ranks of {@code target} after a history; {@link Ranks#MISS} if it was never observed. */
    Ranks rank(UserState user, int target);

    /** Observes that {@code item} followed the user's history. */
    void observe(UserState user, int item);
}
