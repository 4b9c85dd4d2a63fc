package io.freshet.model;

import io.freshet.optimizer.Adam;

/**
 * How a model learns.
 *
 * @param dropout share of activations set to zero while learning
 * @param negatives K, candidates that the targets of a batch share; where the vocabulary has no more items than that,
 *     all of them are candidates and the loss is full cross-entropy
 * @param alpha scale of the candidates in the normaliser; {@link #AUTO_ALPHA} for (items - 1) / K
 * @param workers threads
 * @param shards parts that a batch's gradients are summed in, which bounds the useful threads; another number gives
 *     other bits
 */
public record TrainingConfig(
        Adam.Settings optimizer, float dropout, int negatives, float alpha, int workers, int shards) {
    /** The scale that makes the normaliser unbiased. */
    public static final float AUTO_ALPHA = 0f;

    public TrainingConfig {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout must be in [0, 1): dropout=" + dropout);
        }
        if (negatives < 1) {
            throw new IllegalArgumentException("negatives must be positive: negatives=" + negatives);
        }
        if (!(alpha >= 0)) {
            throw new IllegalArgumentException("alpha must not be negative: alpha=" + alpha);
        }
        if (shards < 1 || workers < 1) {
            throw new IllegalArgumentException(
                    "workers and shards must be positive: workers=" + workers + ", shards=" + shards);
        }
    }

    /** Adam at 2e-3, dropout 0.2, 2,048 candidates with automatic scale. */
    public static TrainingConfig defaults(int workers) {
        return new TrainingConfig(
                new Adam.Settings(2e-3f, 0.9f, 0.999f, 1e-8f, 0f), 0.2f, 2048, AUTO_ALPHA, workers, 2);
    }
}
