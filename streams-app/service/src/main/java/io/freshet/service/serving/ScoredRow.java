package io.freshet.service.serving;

/**
 * A row of the item table that a search found.
 *
 * @param score probability that the row's item is next, or the cosine of the angle to a given item
 */
public record ScoredRow(int row, float score) {}
