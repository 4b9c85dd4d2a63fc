package io.freshet.model;

/**
 * Says which rows may be answered. It is asked only for rows that are good enough, again and again and by several threads
 * at once, and must say the same as long as an answer is being looked for.
 */
@FunctionalInterface
public interface RowFilter {
    /** Every row may. */
    RowFilter ALL = row -> true;

    /** Whether a row may be answered. */
    boolean passes(int row);
}
