package io.freshet.model;

import io.freshet.memory.Expectations;

/**
 * One history's rows that do not belong among the network's best: those that must not be answered, and those whose
 * probability is not the network's alone. Reused.
 */
final class Question {
    private final RowSet excluded = new RowSet();
    private final RowSet expected = new RowSet();

    /** Begins anew, with rows that must not be answered. */
    void begin(int[] excludedRows, int excludedLength) {
        excluded.clear();
        for (int i = 0; i < excludedLength; i++) {
            excluded.add(excludedRows[i]);
        }
        excluded.sort();
        expected.clear();
    }

    /** Takes in the rows that the memory expects. */
    void expect(Expectations expectations, int history) {
        for (int place = expectations.start(history); place < expectations.end(history); place++) {
            expected.add(expectations.row(place));
        }
        expected.sort();
    }

    /** Whether a row must not be answered. */
    boolean excludes(int row) {
        return excluded.contains(row);
    }

    /** Whether a row does not belong among the network's best. */
    boolean passesOver(int row) {
        return excluded.contains(row) || expected.contains(row);
    }
}
