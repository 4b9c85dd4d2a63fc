package io.freshet.training.fit;

import io.freshet.model.encoder.EncoderShape;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.metrics.SeenItems;

/**
 * Settings of a fit.
 *
 * @param itemDeviation standard deviation of an item's initial vector; {@link #XAVIER} for the square root of 2 /
 *     (items + d)
 * @param seed seed of everything random
 * @param epochs how often and in which batches the users are learned
 * @param validation how the fit is validated, and when it ends early
 */
public record FitConfig(
        EncoderShape encoder,
        float itemDeviation,
        long seed,
        TrainingConfig training,
        Epochs epochs,
        Validation validation) {
    /**
     * Draws the item table as Glorot and Bengio (AISTATS 2010) draw the weights of a layer, with the table as the
     * layer.
     */
    public static final float XAVIER = 0f;

    /**
     * The course of a fit.
     *
     * @param most maximum number of epochs; each learns from every user once
     * @param schedule course of the learning rate
     * @param batchUsers number of users whose sequences make up one optimiser step
     */
    public record Epochs(int most, LearningRateSchedule schedule, int batchUsers) {
        public Epochs {
            require(batchUsers >= 1, "batchUsers must be positive: batchUsers=" + batchUsers);
            require(most >= 1, "epochs must be positive: epochs=" + most);
        }
    }

    /**
     * The validation of a fit.
     *
     * @param interval number of epochs between validations
     * @param seen whether items that a user has seen are ranked among the candidates for the held-out items
     * @param heldOut users whose last two items are not learned
     * @param patience number of consecutive validations without a better NDCG@10 after which learning ends; 0 for never
     */
    public record Validation(int interval, SeenItems seen, HeldOutUsers heldOut, int patience) {
        public Validation {
            require(interval >= 1, "validationInterval must be positive: interval=" + interval);
            require(patience >= 0, "patience must not be negative: patience=" + patience);
        }
    }

    public FitConfig {
        require(itemDeviation >= 0, "itemDeviation must not be negative: itemDeviation=" + itemDeviation);
    }

    /** Returns these settings with another training configuration. */
    FitConfig with(TrainingConfig other) {
        return new FitConfig(encoder, itemDeviation, seed, other, epochs, validation);
    }

    /** Returns the standard deviation of the initial vectors of {@code items} items. */
    float itemDeviation(int items) {
        return itemDeviation == XAVIER ? (float) Math.sqrt(2.0 / (items + encoder.dim())) : itemDeviation;
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }
}
