package io.freshet.model.encoder;

import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;

/**
 * An encoder for serving. It computes the state after the last token of each history, equal to the bit to that of
 * {@link Encoder#forward} without dropout. Owns its memory. Not thread-safe.
 */
public interface HistoryEncoder extends AutoCloseable {
    /** Returns the largest number of {@linkplain EncoderShape#places places} in one call. */
    int capacity();

    /**
     * Encodes sequences {@code [first, end)} of the batch.
     *
     * @param items the item vectors, one row for each item (rows, d)
     * @param weights the flat parameters
     * @return the state after each sequence's last token (end - first, d), valid until the next call
     * @throws IllegalArgumentException if the sequences take more than {@link #capacity} places
     */
    Matrix encode(SequenceBatch batch, int first, int end, RowTable items, MemorySegment weights);

    @Override
    void close();
}
