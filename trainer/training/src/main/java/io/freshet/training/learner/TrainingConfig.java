package io.freshet.training.learner;

import io.freshet.training.loss.LossConfig;
import io.freshet.training.optimizer.Adam;

/**
 * Configuration of training.
 *
 * @param dropout share of activations set to zero during training
 * @param loss loss that is minimised, and its negatives
 * @param workers number of threads
 * @param shards number of parts in which a batch's gradients are summed. At most this many threads share the passes
 *     over a batch. Another number of shards gives other bits
 * @param maxGradientNorm global norm to which larger gradients of a step are scaled down (Pascanu, Mikolov, Bengio,
 *     "On the difficulty of training recurrent neural networks", ICML 2013); 0 for no bound
 * @param sequenceTargets maximum number of targets of a sequence that a step learns, if the encoder does not predict
 *     every position and encodes the sequence again for each target; 0 for all. No effect for other encoders
 */
public record TrainingConfig(
        Adam.Settings optimizer,
        float dropout,
        LossConfig loss,
        int workers,
        int shards,
        float maxGradientNorm,
        int sequenceTargets) {
    /** Default number of shards, and thus of threads that can share a step. */
    public static final int DEFAULT_SHARDS = 8;

    /**
     * Default number of targets of a sequence: the newest targets of an updated sequence, random targets of a
     * replayed one.
     */
    public static final int DEFAULT_SEQUENCE_TARGETS = 4;

    public TrainingConfig {
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout must be in [0, 1): dropout=" + dropout);
        }
        if (shards < 1 || workers < 1) {
            throw new IllegalArgumentException(
                    "workers and shards must be positive: workers=" + workers + ", shards=" + shards);
        }
        if (!(maxGradientNorm >= 0)) {
            throw new IllegalArgumentException(
                    "maxGradientNorm must be positive, or 0 for no bound: maxGradientNorm=" + maxGradientNorm);
        }
        if (sequenceTargets < 0) {
            throw new IllegalArgumentException(
                    "sequenceTargets must be positive, or 0 for all: sequenceTargets=" + sequenceTargets);
        }
    }

    /** Creates a configuration without a bound on the gradients' norm. */
    public TrainingConfig(Adam.Settings optimizer, float dropout, LossConfig loss, int workers, int shards) {
        this(optimizer, dropout, loss, workers, shards, 0f, DEFAULT_SEQUENCE_TARGETS);
    }

    /** Returns a copy with a bound on the gradients' norm; 0 for none. */
    public TrainingConfig withMaxGradientNorm(float norm) {
        return new TrainingConfig(optimizer, dropout, loss, workers, shards, norm, sequenceTargets);
    }

    /** Returns a copy with another bound on the targets of a sequence; 0 for none. */
    public TrainingConfig withSequenceTargets(int most) {
        return new TrainingConfig(optimizer, dropout, loss, workers, shards, maxGradientNorm, most);
    }

    /** Returns a copy with another number of threads, which does not affect what is learned. */
    public TrainingConfig withWorkers(int threads) {
        return new TrainingConfig(optimizer, dropout, loss, threads, shards, maxGradientNorm, sequenceTargets);
    }

    /**
     * Returns the defaults: Adam at 2e-3, dropout 0.2, SCE over 512 negatives that a batch shares, with automatic
     * scale.
     */
    public static TrainingConfig defaults(int workers) {
        return new TrainingConfig(
                new Adam.Settings(2e-3f, 0.9f, 0.999f, 1e-8f, 0f),
                0.2f,
                LossConfig.scaledCrossEntropy(512),
                workers,
                DEFAULT_SHARDS);
    }
}
