package io.freshet.model;

import io.freshet.encoder.EncoderShape;
import io.freshet.encoder.SasRecConfig;

/**
 * What a model is before it has learned anything.
 *
 * @param itemDeviation standard deviation of a new item's vector
 * @param seed of everything random
 */
public record ModelConfig(EncoderShape encoder, float itemDeviation, long seed) {
    /** SASRec of two blocks, one head, 64 wide, 50 positions. */
    public static ModelConfig defaults(long seed) {
        return new ModelConfig(new SasRecConfig(64, 50, 2, 1), 0.1f, seed);
    }
}
