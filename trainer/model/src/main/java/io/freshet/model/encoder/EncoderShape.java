package io.freshet.model.encoder;

import io.freshet.model.tensor.Products;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * The shape of a sequence encoder, a network that maps a user's newest items to a state of {@link #dim} floats. Inner
 * products of the state with item vectors are scores. A shape is immutable. It knows the parameters of the network and
 * creates the instances that compute.
 *
 * <p>An encoder combines tokens of the same sequence only, so a state does not depend on the other sequences of the batch; to
 * the bit, if the encoder is {@link #reproducible}. All parameters are in one flat block, which {@link ParameterLayout}
 * describes. Item vectors are not among them.
 */
public interface EncoderShape {
    /** Returns the name of the {@link EncoderType}, as used in configurations and manifests. */
    String type();

    /** Returns the width of an item's vector and of a state. */
    int dim();

    /** Returns the number of positions that the encoder sees. Older tokens are cut off. */
    int maxLength();

    /**
     * Returns all settings of the shape except the type, under the names that {@link EncoderType#shape} reads. Each value is
     * an {@link Integer} or a {@link String}.
     */
    Map<String, Object> describe();

    /**
     * Returns whether each token has a state, which sees that token and those before it. Otherwise only the last token of a
     * sequence has a state, and each target that is learned needs its own sequence, see {@link SequenceBatch}.
     */
    default boolean predictsEveryPosition() {
        return true;
    }

    /**
     * Returns whether a state has the same bits in any batch and on any CPU. Otherwise a model that is learned again from its
     * journal may differ in the last bits.
     */
    default boolean reproducible() {
        return true;
    }

    /**
     * Returns the number of places that a sequence takes in an instance's buffers: one for each token, unless the encoder
     * pads sequences or adds tokens of its own.
     *
     * @param length number of tokens of the sequence, from 1 to {@link #maxLength}
     */
    default int places(int length) {
        return length;
    }

    /** Returns the offset of each parameter in the flat block. */
    ParameterLayout layout();

    /**
     * Writes the initial parameters.
     *
     * @param weights the flat block, overwritten
     */
    void initialize(long seed, MemorySegment weights);

    /**
     * Writes the transpose of each weight that the backward pass needs, at the same offset of a second block. The trainer
     * calls it once in each step, before the passes over the step's chunks.
     */
    void transposeWeights(MemorySegment weights, MemorySegment transposed);

    /**
     * Creates an instance for training.
     *
     * @param capacity largest number of {@link #places} of a chunk; at least those of a sequence of {@link #maxLength} tokens
     */
    Encoder training(Products products, int capacity);

    /**
     * Creates an instance that only encodes.
     *
     * @param capacity largest number of {@link #places} of the sequences of one call; at least those of a sequence of
     *     {@link #maxLength} tokens
     */
    HistoryEncoder serving(Products products, int capacity);

    /**
     * Returns the floating-point operations of the matrix products of one forward pass over the batch. A multiplication and
     * its addition count as two. A backward pass has twice as many.
     */
    double flops(SequenceBatch batch);
}
