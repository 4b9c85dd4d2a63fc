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
 * @param batchUsers number of users whose sequences make up one optimiser step
 * @param epochs maximum number of epochs; each learns from every user once
 * @param validationInterval number of epochs between validations
 * @param patience number of consecutive validations without a better NDCG@10 after which learning ends; 0 for never
 * @param seen whether items that a user has seen are ranked among the candidates for the held-out items
 * @param heldOut users whose last two items are not learned
 * @param schedule course of the learning rate
 */
public record FitConfig(
        EncoderShape encoder,
        float itemDeviation,
        long seed,
        TrainingConfig training,
        int batchUsers,
        int epochs,
        int validationInterval,
        int patience,
        SeenItems seen,
        HeldOutUsers heldOut,
        LearningRateSchedule schedule) {
    /**
     * Draws the item table as Glorot and Bengio (AISTATS 2010) draw the weights of a layer, with the table as the
     * layer.
     */
    public static final float XAVIER = 0f;

    public FitConfig {
        require(itemDeviation >= 0, "itemDeviation must not be negative: itemDeviation=" + itemDeviation);
        require(batchUsers >= 1, "batchUsers must be positive: batchUsers=" + batchUsers);
        require(epochs >= 1, "epochs must be positive: epochs=" + epochs);
        require(validationInterval >= 1, "validationInterval must be positive: interval=" + validationInterval);
        require(patience >= 0, "patience must not be negative: patience=" + patience);
    }

    /** Settings of a fit that holds out the last two items of all users and has a constant learning rate. */
    public FitConfig(
            EncoderShape encoder,
            float itemDeviation,
            long seed,
            TrainingConfig training,
            int batchUsers,
            int epochs,
            int validationInterval,
            int patience,
            SeenItems seen) {
        this(
                encoder,
                itemDeviation,
                seed,
                training,
                batchUsers,
                epochs,
                validationInterval,
                patience,
                seen,
                HeldOutUsers.ALL,
                LearningRateSchedule.CONSTANT);
    }

    /** Settings of a fit with a constant learning rate. */
    public FitConfig(
            EncoderShape encoder,
            float itemDeviation,
            long seed,
            TrainingConfig training,
            int batchUsers,
            int epochs,
            int validationInterval,
            int patience,
            SeenItems seen,
            HeldOutUsers heldOut) {
        this(
                encoder,
                itemDeviation,
                seed,
                training,
                batchUsers,
                epochs,
                validationInterval,
                patience,
                seen,
                heldOut,
                LearningRateSchedule.CONSTANT);
    }

    /** Returns these settings with another training configuration. */
    FitConfig with(TrainingConfig other) {
        return new FitConfig(
                encoder,
                itemDeviation,
                seed,
                other,
                batchUsers,
                epochs,
                validationInterval,
                patience,
                seen,
                heldOut,
                schedule);
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
