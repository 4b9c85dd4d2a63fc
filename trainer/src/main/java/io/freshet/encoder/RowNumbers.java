package io.freshet.encoder;

/**
 * Numbers the rows of a matrix for dropout: row i is place {@code first + i · step} of the batch. A place has the same number
 * however the batch is cut into chunks, also where a layer computes the last place of each sequence only.
 */
record RowNumbers(int first, int step) {
    /** What {@link Dropout} calls the first float of a row. */
    int element(int row, int columns) {
        return (first + row * step) * columns;
    }
}
