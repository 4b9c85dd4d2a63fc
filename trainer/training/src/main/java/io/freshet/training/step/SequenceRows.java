package io.freshet.training.step;

import io.freshet.store.sequence.HistoryRows;
import java.util.Arrays;

/** Histories of one step, stored one after another in arrays that are reused. Not thread-safe. */
final class SequenceRows {
    private int[] rows = new int[4096]; // (positions of all sequences)
    private float[] weights = new float[4096]; // (positions of all sequences): weights as targets
    private int[] starts = new int[256]; // (sequences + 1)
    private boolean[] shortened = new boolean[256]; // (sequences)
    private int sequences;

    void clear() {
        sequences = 0;
    }

    /** Adds a copy of the history's present content. */
    void add(HistoryRows history) {
        int start = starts[sequences];
        int end = start + history.size();
        reserve(end);
        System.arraycopy(history.rows(), 0, rows, start, history.size());
        System.arraycopy(history.weights(), 0, weights, start, history.size());
        shortened[sequences] = history.hasTakenBack();
        sequences++;
        starts[sequences] = end;
    }

    private void reserve(int end) {
        if (end > rows.length) {
            int capacity = Math.max(end, 2 * rows.length);
            rows = Arrays.copyOf(rows, capacity);
            weights = Arrays.copyOf(weights, capacity);
        }
        if (sequences + 2 > starts.length) {
            starts = Arrays.copyOf(starts, 2 * starts.length);
            shortened = Arrays.copyOf(shortened, starts.length);
        }
    }

    /** Returns the array of all rows, which {@link #add} may replace. */
    int[] array() {
        return rows;
    }

    /** Returns the array of the positions' weights as targets, which {@link #add} may replace. */
    float[] weights() {
        return weights;
    }

    int start(int sequence) {
        return starts[sequence];
    }

    int end(int sequence) {
        return starts[sequence + 1];
    }

    /** Returns whether the sequence may be shorter than an earlier version of it, because an event was taken back. */
    boolean isShortened(int sequence) {
        return shortened[sequence];
    }
}
