package io.freshet.model.encoder;

import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;

/**
 * An encoder for training: forward and backward passes over chunks of packed sequences. Owns the activations of one chunk,
 * which the backward pass reads. Not thread-safe.
 */
public interface Encoder extends AutoCloseable {
    /**
     * Begins a training step. The dropout masks depend only on these arguments and on a token's number in the batch.
     *
     * @param dropout share of activations that are dropped, in [0, 1)
     */
    void beginStep(float dropout, long seed, long step);

    /** Returns the largest number of {@linkplain EncoderShape#places places} of a chunk. */
    int capacity();

    /**
     * Encodes sequences {@code [first, last)} of the batch.
     *
     * @param items the item vectors, one row for each item (rows, d)
     * @param weights the flat parameters
     * @return the states (S, d), valid until the next call. Row s is state {@code batch.firstState(first) + s} of the batch.
     *     There is one state for each token, or one for each sequence
     * @throws IllegalArgumentException if the sequences take more than {@link #capacity} places
     */
    Matrix forward(SequenceBatch batch, int first, int last, RowTable items, MemorySegment weights);

    /**
     * Computes the gradients of the chunk that the last {@link #forward} encoded.
     *
     * @param dHidden gradient of the states (S, d); overwritten
     * @param weights the flat parameters
     * @param transposed the transposed weights, as {@link EncoderShape#transposeWeights} writes them
     * @param gradients the flat block that the parameters' gradients are added to
     * @param dItems receives, in the batch's token rows, the gradients of the tokens' item vectors (tokens of the batch, d)
     */
    void backward(
            SequenceBatch batch,
            Matrix dHidden,
            MemorySegment weights,
            MemorySegment transposed,
            MemorySegment gradients,
            Matrix dItems);

    @Override
    void close();
}
