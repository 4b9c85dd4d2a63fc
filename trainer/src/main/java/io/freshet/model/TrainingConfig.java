package io.freshet.model;

import io.freshet.loss.LossConfig;
import io.freshet.optimizer.Adam;

/**
 * How a model learns.
 *
 * @param dropout share of activations set to zero while learning
 * @param loss what is minimised, and over which negatives
 * @param workers threads
 * @param shards parts that a batch's gradients are summed in, which bounds the useful threads; another number gives
 *     other bits
 */
public record TrainingConfig(Adam.Settings optimizer, float dropout, LossConfig loss, int workers, int shards) {
    public TrainingConfig {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout must be in [0, 1): dropout=" + dropout);
        }
        if (shards < 1 || workers < 1) {
            throw new IllegalArgumentException(
                    "workers and shards must be positive: workers=" + workers + ", shards=" + shards);
        }
    }

    /** Adam at 2e-3, dropout 0.2, SCE over 512 negatives that a batch shares, with automatic scale. */
    public static TrainingConfig defaults(int workers) {
        return new TrainingConfig(
                new Adam.Settings(2e-3f, 0.9f, 0.999f, 1e-8f, 0f),
                0.2f,
                LossConfig.scaledCrossEntropy(512),
                workers,
                2);
    }
}
