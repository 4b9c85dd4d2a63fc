package io.freshet.encoder;

import io.freshet.tensor.Matrix;
import io.freshet.tensor.RowTable;
import java.lang.foreign.MemorySegment;

/**
 * An encoder that serves: the state after the last token of each history, equal to the bit to that of {@link Encoder#forward}
 * without dropout. Owns its memory: one instance a thread.
 */
public interface HistoryEncoder extends AutoCloseable {
    /** The most {@linkplain EncoderShape#places places} at once. */
    int capacity();

    /**
     * Encodes sequences {@code [first, end)} of the batch.
     *
     * @param items the item vectors, one row an item (rows, d)
     * @param weights the flat parameters
     * @return the state after each sequence's last token (end - first, d), valid until the next call
     * @throws IllegalArgumentException if the sequences take more than {@link #capacity} places
     */
    Matrix encode(SequenceBatch batch, int first, int end, RowTable items, MemorySegment weights);

    @Override
    void close();
}
