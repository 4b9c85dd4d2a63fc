package io.freshet.online;

import java.util.Arrays;

/** The sequences of one step as vocabulary rows, end to end in one array that is reused. Not thread-safe. */
final class SequenceRows {
    private int[] rows = new int[4096]; // (positions of all sequences)
    private int[] starts = new int[256]; // (sequences + 1)
    private int sequences;
    private int size;

    void clear() {
        sequences = 0;
        size = 0;
    }

    /** Adds a position to the sequence at hand. */
    void append(int row) {
        if (size == rows.length) {
            rows = Arrays.copyOf(rows, 2 * size);
        }
        rows[size++] = row;
    }

    /** Ends the sequence at hand; the next position starts another one. */
    void endSequence() {
        sequences++;
        if (sequences == starts.length) {
            starts = Arrays.copyOf(starts, 2 * sequences);
        }
        starts[sequences] = size;
    }

    /** The array behind; another one after {@link #append}. */
    int[] array() {
        return rows;
    }

    /** Where the sequence at hand starts. */
    int openStart() {
        return starts[sequences];
    }

    int size() {
        return size;
    }

    int start(int sequence) {
        return starts[sequence];
    }

    int end(int sequence) {
        return starts[sequence + 1];
    }
}
