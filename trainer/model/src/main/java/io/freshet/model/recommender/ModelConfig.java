package io.freshet.model.recommender;

import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.network.SasRecConfig;

/**
 * Configuration of a new model.
 *
 * @param itemDeviation standard deviation of the coordinates of a new item's vector
 * @param seed seed of all random numbers
 */
public record ModelConfig(EncoderShape encoder, float itemDeviation, long seed) {
    /** Returns the default: SASRec with two blocks, one head, width 64 and 50 positions. */
    public static ModelConfig defaults(long seed) {
        return new ModelConfig(new SasRecConfig(64, 50, 2, 1), 0.1f, seed);
    }
}
