package io.freshet.offline;

import io.freshet.encoder.EncoderShape;
import io.freshet.evaluation.SeenItems;
import io.freshet.model.TrainingConfig;

/**
 * How to learn from a finished file.
 *
 * @param itemDeviation standard deviation of an item's first vector; {@link #XAVIER} for the square root of
 *     2 / (items + d)
 * @param seed of everything random
 * @param batchUsers users whose sequences make one optimiser step
 * @param epochs times that every user is learned from, at most
 * @param validationInterval epochs from one validation to the next
 * @param patience validations in a row without a better NDCG@10 after which learning ends; 0 for never
 * @param seen whether items that a user has seen take part in the ranking of the held-out ones
 * @param heldOut whose last two items are kept from learning
 * @param schedule what becomes of the learning rate
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
    /** The item table drawn as Glorot and Bengio (AISTATS 2010) draw a layer, the table being the layer. */
    public static final float XAVIER = 0f;

    public FitConfig {
        require(itemDeviation >= 0, "itemDeviation must not be negative: itemDeviation=" + itemDeviation);
        require(batchUsers >= 1, "batchUsers must be positive: batchUsers=" + batchUsers);
        require(epochs >= 1, "epochs must be positive: epochs=" + epochs);
        require(validationInterval >= 1, "validationInterval must be positive: interval=" + validationInterval);
        require(patience >= 0, "patience must not be negative: patience=" + patience);
    }

    /** A fit that keeps the last two items of all users from learning, at a learning rate that stays. */
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

    /** A fit at a learning rate that stays. */
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

    /** The same with another way of training. */
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

    /** The standard deviation of the first vectors of {@code items} items. */
    float itemDeviation(int items) {
        return itemDeviation == XAVIER ? (float) Math.sqrt(2.0 / (items + encoder.dim())) : itemDeviation;
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }
}
