package io.freshet.service.config;

import io.freshet.service.config.key.RepeatPolicy;
import io.freshet.store.event.EventTypes;
import java.time.Duration;

/**
 * Settings of the scorer.
 *
 * @param topK the most items of a recommendation
 * @param workers threads that share the search for one recommendation
 * @param approximateItems number of items from which on the search for the best uses clusters of items; 0 for never
 * @param popularityHalfLife click time in which a click's weight in the fallback popularity halves
 * @param popularityItems the most items whose popularity a task keeps in memory
 * @param types the meaning of the types of events
 * @param repeats when an item that a user has seen may be recommended again
 * @param catalogue whether only available items of the catalogue are recommended
 * @param whyItems the most items of a history that are examined for a request that asks why; fewer than a scorer's
 *     histories
 */
public record ScoringConfig(
        int topK,
        int workers,
        int approximateItems,
        Duration popularityHalfLife,
        int popularityItems,
        EventTypes types,
        RepeatPolicy repeats,
        boolean catalogue,
        int whyItems) {}
