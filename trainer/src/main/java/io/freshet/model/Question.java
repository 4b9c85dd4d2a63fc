package io.freshet.model;

import io.freshet.memory.Expectations;

/**
 * Which rows may be answered to one history, and which of them do not belong among the network's best, because their
 * probability is not the network's alone. Reused.
 */
final class Question {
    private final RowSet excluded = new RowSet();
    private final RowSet only = new RowSet();
    private final RowSet expected = new RowSet();
    private RowFilter filter = RowFilter.ALL;
    private boolean limited;

    /** Begins anew, with rows that must not be answered, and a filter of the others. */
    void begin(int[] excludedRows, int excludedLength, RowFilter passing) {
        excluded.set(excludedRows, excludedLength);
        only.clear();
        expected.clear();
        filter = passing;
        limited = false;
    }

    /** Begins anew, with the only rows that may be answered, each once. */
    void beginOnly(int[] onlyRows, int onlyLength) {
        begin(new int[0], 0, RowFilter.ALL);
        only.set(onlyRows, onlyLength);
        limited = true;
    }

    /** Takes in the rows that the memory expects. */
    void expect(Expectations expectations, int history) {
        for (int place = expectations.start(history); place < expectations.end(history); place++) {
            expected.add(expectations.row(place));
        }
        expected.sort();
    }

    /** How many of the network's best are wanted of a search through all rows, where {@code k} are answered. */
    int wanted(int k) {
        return limited ? 0 : k;
    }

    /** The only rows that may be answered, where there are such. */
    RowSet only() {
        return only;
    }

    /** Whether a row must not be answered. */
    boolean excludes(int row) {
        return limited ? !only.contains(row) : !filter.passes(row) || excluded.contains(row);
    }

    /** Whether the memory expects a row. */
    boolean expects(int row) {
        return expected.contains(row);
    }

    /** Whether a row does not belong among the network's best. */
    boolean passesOver(int row) {
        return !filter.passes(row) || excluded.contains(row) || expected.contains(row);
    }
}
