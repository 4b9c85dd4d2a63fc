package io.freshet.service.sequencer;

/**
 * Number of clicks out of order in the partitions that this process holds, counted exactly once.
 *
 * @param duplicates clicks dropped because their event was known
 * @param tooLate clicks dropped because they were older than every click of a full window
 * @param late clicks accepted, but not as the newest
 */
public record ClickOutcomeCounts(long duplicates, long tooLate, long late) {}
