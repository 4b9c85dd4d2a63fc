package io.freshet.training.ranking;

import java.util.Arrays;

/**
 * Rows that belong to histories of a tile, each with a number given by the caller, sorted by panel of the item table. A
 * counting sort lets a pass over the table find the rows of a panel without looking at the others. Reused from tile to
 * tile; an instance is used by one thread.
 */
final class PanelRows {
    private int[] queries = new int[1024]; // (size) as they were added
    private int[] numbers = new int[1024]; // (size)
    private int[] rows = new int[1024]; // (size)
    private int size;
    private int[] starts = {}; // (panels + 1): a panel's first place in the order
    private int[] order = new int[1024]; // (size): entries by panel

    void clear() {
        size = 0;
    }

    /** Adds a row of a history. */
    void add(int query, int number, int row) {
        if (size == rows.length) {
            queries = Arrays.copyOf(queries, 2 * size);
            numbers = Arrays.copyOf(numbers, 2 * size);
            rows = Arrays.copyOf(rows, 2 * size);
        }
        queries[size] = query;
        numbers[size] = number;
        rows[size++] = row;
    }

    /** Sorts the rows by panel. To be called after the last row has been added. */
    void sort(int panels) {
        starts = starts.length < panels + 2 ? new int[panels + 2] : starts;
        order = order.length < size ? new int[rows.length] : order;
        Arrays.fill(starts, 0, panels + 2, 0);
        for (int i = 0; i < size; i++) {
            starts[rows[i] / QueryTile.PANEL_ROWS + 2]++;
        }
        for (int panel = 0; panel < panels; panel++) {
            starts[panel + 2] += starts[panel + 1];
        }
        for (int i = 0; i < size; i++) {
            order[starts[rows[i] / QueryTile.PANEL_ROWS + 1]++] = i;
        }
    }

    /** Returns the first place of a panel. Its last place is before {@code start(panel + 1)}. */
    int start(int panel) {
        return starts[panel];
    }

    int query(int place) {
        return queries[order[place]];
    }

    int number(int place) {
        return numbers[order[place]];
    }

    int row(int place) {
        return rows[order[place]];
    }
}
