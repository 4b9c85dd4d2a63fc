package io.freshet.model.search;

/**
 * Decides which rows may be in an answer. Called only for rows that score high enough, possibly repeatedly and by several
 * threads at once. The result for a row must not change during a search.
 */
@FunctionalInterface
public interface RowFilter {
    /** Accepts every row. */
    RowFilter ALL = row -> true;

    /** Returns whether a row may be in an answer. */
    boolean passes(int row);
}
