package io.freshet.encoder;

import io.freshet.tensor.Matrix;
import io.freshet.tensor.RowTable;
import java.lang.foreign.MemorySegment;

/**
 * An encoder that learns: forward and backward passes over chunks of packed sequences. Owns the activations of one chunk, which
 * the backward pass reads: one instance a thread.
 */
public interface Encoder extends AutoCloseable {
    /**
     * Begins a training step. What dropout drops is a function of its arguments and of a token's number in the batch alone.
     *
     * @param dropout share of activations that are dropped, from 0 to below 1
     */
    void beginStep(float dropout, long seed, long step);

    /** The most {@linkplain EncoderShape#places places} of a chunk. */
    int capacity();

    /**
     * Encodes sequences {@code [first, last)} of the batch.
     *
     * @param items the item vectors, one row an item (rows, d)
     * @param weights the flat parameters
     * @return the states (S, d), valid until the next call: row s is the state {@code batch.firstState(first) + s} of the batch, which
     *     is that after each token, or that after each sequence
     * @throws IllegalArgumentException if the sequences take more than {@link #capacity} places
     */
    Matrix forward(SequenceBatch batch, int first, int last, RowTable items, MemorySegment weights);

    /**
     * The gradients of the last {@link #forward}'s chunk.
     *
     * @param dHidden gradient of the states (S, d); overwritten
     * @param weights the flat parameters
     * @param transposed what {@link EncoderShape#transposeWeights} has made of them
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
