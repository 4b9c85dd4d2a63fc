package io.freshet.encoder;

/**
 * Numbers the rows of a matrix for dropout by places of the batch. A place has the same number however the batch is cut into
 * chunks, also where a layer computes the last place of each sequence only.
 */
@FunctionalInterface
interface RowNumbers {
    /** The number of the place that a row holds. */
    int place(int row);

    /** What {@link Dropout} calls the first float of a row. */
    default int element(int row, int columns) {
        return place(row) * columns;
    }

    /** The rows of sequences from {@code first} on, place after place. */
    static RowNumbers places(SequenceBatch batch, int first) {
        int before = batch.places(0, first);
        return row -> before + row;
    }

    /** One row for each sequence from {@code first} on, which holds its last place. */
    static RowNumbers lastPlaces(SequenceBatch batch, int first) {
        return row -> batch.places(0, first + row + 1) - 1;
    }
}
