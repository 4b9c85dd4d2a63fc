package io.freshet.config;

import io.freshet.event.EventTypes;
import java.time.Duration;

/**
 * Settings of the scorer.
 *
 * @param topK how many items a recommendation has at most
 * @param workers threads that share the search for one recommendation
 * @param approximateItems from how many items on the best are looked for in clusters of them; 0 for never
 * @param popularityHalfLife the click time in which a click's weight in the fallback popularity halves
 * @param popularityItems the most items whose popularity is kept in memory by a task
 * @param types what the types of events mean
 * @param seenReturn when an item that a user has seen may come back
 * @param catalogue whether only items of the catalogue that are available come back
 * @param whyItems the most items of a history that are looked at where somebody asks why; fewer than a scorer's histories
 */
public record ScoringConfig(
        int topK,
        int workers,
        int approximateItems,
        Duration popularityHalfLife,
        int popularityItems,
        EventTypes types,
        SeenReturn seenReturn,
        boolean catalogue,
        int whyItems) {}
