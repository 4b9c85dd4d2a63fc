package io.freshet.config;

import io.freshet.event.EventTypes;
import java.time.Duration;

/**
 * Settings of the scorer.
 *
 * @param topK how many items a recommendation has at most
 * @param workers threads that share the search for one recommendation
 * @param popularityHalfLife the click time in which a click's weight in the fallback popularity halves
 * @param popularityItems the most items whose popularity is kept in memory by a task
 * @param types what the types of events mean
 */
public record ScoringConfig(
        int topK, int workers, Duration popularityHalfLife, int popularityItems, EventTypes types) {}
