package io.freshet.lab.baseline;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The weights with which items have followed a given item: an open-addressing hash map from row to weight.
 *
 * <p>Slots are read by position ({@link #rowAt}, {@link #weightAt}), so that a scan allocates nothing. Their order has no
 * meaning.
 */
final class SuccessorCounts {
    private static final int EMPTY = -1;
    private static final int FIRST_CAPACITY = 8;

    private int[] rows = emptyRows(FIRST_CAPACITY); // (capacity): power of two, EMPTY where free
    private int[] weights = new int[FIRST_CAPACITY]; // (capacity)
    private int size;

    void add(int row, int weight) {
        int slot = slotOf(row);
        if (rows[slot] == EMPTY) {
            if (4 * (size + 1) > 3 * rows.length) {
                grow();
                slot = slotOf(row);
            }
            rows[slot] = row;
            size++;
        }
        weights[slot] += weight;
    }

    /** Returns the counts without some rows; this object itself if it has none of them. */
    SuccessorCounts without(BitSet gone) {
        SuccessorCounts kept = new SuccessorCounts();
        for (int slot = 0; slot < rows.length; slot++) {
            if (rows[slot] != EMPTY && !gone.get(rows[slot])) {
                kept.add(rows[slot], weights[slot]);
            }
        }
        return kept.size == size ? this : kept;
    }

    int capacity() {
        return rows.length;
    }

    boolean isUsed(int slot) {
        return rows[slot] != EMPTY;
    }

    int rowAt(int slot) {
        return rows[slot];
    }

    int weightAt(int slot) {
        return weights[slot];
    }

    private int slotOf(int row) {
        int mask = rows.length - 1;
        int slot = (row * 0x9E3779B9) >>> 7 & mask;
        while (rows[slot] != EMPTY && rows[slot] != row) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        int[] oldRows = rows;
        int[] oldWeights = weights;
        rows = emptyRows(2 * oldRows.length);
        weights = new int[rows.length];
        for (int slot = 0; slot < oldRows.length; slot++) {
            if (oldRows[slot] != EMPTY) {
                int to = slotOf(oldRows[slot]);
                rows[to] = oldRows[slot];
                weights[to] = oldWeights[slot];
            }
        }
    }

    private static int[] emptyRows(int capacity) {
        int[] rows = new int[capacity];
        Arrays.fill(rows, EMPTY);
        return rows;
    }
}
