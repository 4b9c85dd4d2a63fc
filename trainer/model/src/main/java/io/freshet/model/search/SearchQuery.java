package io.freshet.model.search;

import io.freshet.model.cooccurrence.CooccurrenceScores;

/**
 * The constraints of one query: the rows that may be in its answer, and the rows that the memory expects. The latter
 * are left out of the network's best rows, because their probability does not come from the network alone. Reused
 * from query to query.
 */
public final class SearchQuery {
    private final RowSet excluded = new RowSet();
    private final RowSet only = new RowSet();
    private final RowSet expected = new RowSet();
    private RowFilter filter = RowFilter.ALL;
    private boolean limited;

    /** Begins a query with rows that must not be in the answer, and a filter of the other rows. */
    public void begin(int[] excludedRows, int excludedLength, RowFilter passing) {
        excluded.set(excludedRows, excludedLength);
        only.clear();
        expected.clear();
        filter = passing;
        limited = false;
    }

    /** Begins a query with the only rows that may be in the answer, each at most once. */
    public void beginOnly(int[] onlyRows, int onlyLength) {
        begin(new int[0], 0, RowFilter.ALL);
        only.set(onlyRows, onlyLength);
        limited = true;
    }

    /** Adds the rows that the memory expects. */
    void expect(CooccurrenceScores expectations, int history) {
        for (int place = expectations.start(history); place < expectations.end(history); place++) {
            expected.add(expectations.row(place));
        }
        expected.sort();
    }

    /**
     * Returns how many of the network's best rows a search through all rows must find for an answer of {@code k}
     * rows.
     */
    int wanted(int k) {
        return limited ? 0 : k;
    }

    /** Returns the only rows that may be in the answer; empty if the answer is not limited to given rows. */
    RowSet only() {
        return only;
    }

    /** Returns whether a row must not be in the answer. */
    public boolean excludes(int row) {
        return limited ? !only.contains(row) : !filter.passes(row) || excluded.contains(row);
    }

    /** Returns whether the memory expects a row. */
    boolean expects(int row) {
        return expected.contains(row);
    }

    /** Returns whether a row does not belong among the network's best. */
    boolean passesOver(int row) {
        return !filter.passes(row) || excluded.contains(row) || expected.contains(row);
    }
}
