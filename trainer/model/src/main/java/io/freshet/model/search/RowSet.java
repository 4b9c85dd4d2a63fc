package io.freshet.model.search;

import java.util.Arrays;

/** A set of rows to look up, in one array that is reused. */
final class RowSet {
    private int[] rows = new int[64]; // (size), ascending once they are sorted
    private int size;

    void clear() {
        size = 0;
    }

    int size() {
        return size;
    }

    /** Returns the row at a place. */
    int row(int place) {
        return rows[place];
    }

    /** Replaces the contents by the first {@code count} of {@code others}, and sorts them. */
    void set(int[] others, int count) {
        clear();
        for (int i = 0; i < count; i++) {
            add(others[i]);
        }
        sort();
    }

    /** Adds a row. The set must be sorted before the next look-up. */
    void add(int row) {
        if (size == rows.length) {
            rows = Arrays.copyOf(rows, 2 * size);
        }
        rows[size++] = row;
    }

    void sort() {
        Arrays.sort(rows, 0, size);
    }

    boolean contains(int row) {
        return Arrays.binarySearch(rows, 0, size, row) >= 0;
    }
}
