package io.freshet.sequencer;

/**
 * How many clicks came out of order, counted exactly once, in the partitions that this process holds.
 *
 * @param duplicates dropped because their event was known
 * @param tooLate dropped because they were older than all of a full window
 * @param late accepted, not as the newest
 */
public record ClickOutcomeCounts(long duplicates, long tooLate, long late) {}
