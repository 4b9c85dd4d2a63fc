package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.SequenceBatch;

/**
 * Neighbouring sequences of a batch that an encoder computes together. Their {@linkplain EncoderShape#places places} are the
 * rows of its matrices, in order.
 *
 * @param first the first sequence
 * @param end the sequence after the last one
 */
public record Chunk(SequenceBatch batch, int first, int end) {
    /** A chunk without sequences. */
    public static final Chunk NONE = new Chunk(new SequenceBatch(1), 0, 0);

    public int sequences() {
        return end - first;
    }

    /** Returns the number of places of all sequences. */
    public int rows() {
        return batch.places(first, end);
    }

    /** Returns the row of a sequence's first place, or {@code rows()} for {@code end()}. */
    public int row(int sequence) {
        return batch.places(first, sequence);
    }

    /** Returns the number of places of a sequence. */
    public int places(int sequence) {
        return batch.places(sequence, sequence + 1);
    }

    /** Numbers the rows of matrices that hold all places. */
    public RowNumbers numbers() {
        return RowNumbers.places(batch, first);
    }

    /** Numbers the rows of matrices that hold only the last place of each sequence. */
    public RowNumbers lastNumbers() {
        return RowNumbers.lastPlaces(batch, first);
    }
}
