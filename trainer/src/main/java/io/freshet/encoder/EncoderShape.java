package io.freshet.encoder;

import io.freshet.tensor.Products;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * The shape of a sequence encoder: a network that maps a user's newest items to a state of {@link #dim} floats, whose inner
 * products with the item vectors are scores. A shape is immutable, knows the parameters of the network, and makes the instances
 * that compute.
 *
 * <p>Encoders see each other's tokens only within a sequence, so that a state does not depend on what else is in the batch, to the
 * bit. All their parameters are in one flat block, see {@link ParameterLayout}; items are not among them.
 */
public interface EncoderShape {
    /** The name of the {@link EncoderType}, as configurations and manifests have it. */
    String type();

    /** Width of an item's vector and of a state. */
    int dim();

    /** Positions that the encoder sees; older ones are cut off. */
    int maxLength();

    /**
     * All that makes the shape, by the names of {@link EncoderType#shape}; without the type. Values are of {@link Integer} or
     * {@link String}.
     */
    Map<String, Object> describe();

    /**
     * Whether each token has a state, which sees that token and those before it. Otherwise only the last token of a sequence has
     * one, and each target that is learned needs a sequence of its own, see {@link SequenceBatch}.
     */
    default boolean predictsEveryPosition() {
        return true;
    }

    /**
     * Whether a state has the same bits in any batch and on any CPU. Otherwise a model that is learned again from its journal may
     * differ in the last bits.
     */
    default boolean reproducible() {
        return true;
    }

    /**
     * Places that a sequence takes in an instance's buffers: a place for each token unless the encoder pads sequences or adds tokens
     * of its own.
     *
     * @param length tokens of the sequence, from 1 to {@link #maxLength}
     */
    default int places(int length) {
        return length;
    }

    /** Where each parameter lies in the flat block. */
    ParameterLayout layout();

    /**
     * Fills the parameters as they are before any learning.
     *
     * @param weights the flat block, overwritten
     */
    void initialize(long seed, MemorySegment weights);

    /**
     * Writes the transpose of each weight that the backward pass needs, at the same offset of a second block. Called once in each
     * step, before the passes of its chunks.
     */
    void transposeWeights(MemorySegment weights, MemorySegment transposed);

    /**
     * An instance that learns.
     *
     * @param capacity {@link #places} that a chunk takes at most; enough for a sequence of {@link #maxLength}
     */
    Encoder training(Products products, int capacity);

    /**
     * An instance that only encodes.
     *
     * @param capacity {@link #places} that it has for the sequences of one call; enough for one of {@link #maxLength}
     */
    HistoryEncoder serving(Products products, int capacity);

    /**
     * The floating-point operations of the products of one forward pass over the batch, two for each multiplication with its
     * addition. A backward pass has twice as many.
     */
    double flops(SequenceBatch batch);
}
