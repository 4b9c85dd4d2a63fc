package io.freshet.model;

import java.util.Arrays;

/** Rows to look up, in one array that is used again and again. */
final class RowSet {
    private int[] rows = new int[64]; // (size), ascending once they are sorted
    private int size;

    void clear() {
        size = 0;
    }

    int size() {
        return size;
    }

    /** The row at a place. */
    int row(int place) {
        return rows[place];
    }

    /** Holds other rows from now on. */
    void set(int[] others, int count) {
        clear();
        for (int i = 0; i < count; i++) {
            add(others[i]);
        }
        sort();
    }

    /** Takes a row in; to be sorted before the next look-up. */
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
