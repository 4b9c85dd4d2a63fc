package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.SequenceBatch;

/**
 * Numbers the rows of a matrix for dropout, by the places of the batch. A place has the same number however the batch is cut
 * into chunks, and also where a layer computes only the last place of each sequence.
 */
@FunctionalInterface
public interface RowNumbers {
    /** Returns the number of the place that a row holds. */
    int place(int row);

    /** Returns the element number of a row's first float, as {@link Dropout} counts elements. */
    default int element(int row, int columns) {
        return place(row) * columns;
    }

    /** Numbers rows that hold all places of the sequences from {@code first} on, in order. */
    static RowNumbers places(SequenceBatch batch, int first) {
        int before = batch.places(0, first);
        return row -> before + row;
    }

    /** Numbers rows that hold only the last place of each sequence from {@code first} on. */
    static RowNumbers lastPlaces(SequenceBatch batch, int first) {
        return row -> batch.places(0, first + row + 1) - 1;
    }
}
