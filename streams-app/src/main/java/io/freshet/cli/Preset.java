package io.freshet.cli;

import io.freshet.loss.LossConfig;
import io.freshet.loss.LossConfig.Sampling;
import io.freshet.offline.LearningRateSchedule;

/**
 * The settings that the authors of scaled cross-entropy use for SASRec on a data set (Xu et al., arXiv 2408.14238), from
 * the paper and the configurations published with it.
 */
enum Preset {
    BEAUTY("beauty"),
    YELP("yelp"),
    ML_1M("ml-1m");

    private final String code;

    Preset(String code) {
        this.code = code;
    }

    /**
     * Defaults of the options with the same names.
     *
     * @param alpha {@link LossConfig#AUTO_ALPHA} for auto
     */
    record Values(
            float learningRate,
            LearningRateSchedule schedule,
            float dropout,
            float weightDecay,
            int batch,
            int maxLength,
            Sampling sampling,
            int negatives,
            float alpha) {
        /** Defaults without a preset. */
        static final Values GENERAL = new Values(
                1e-3f, LearningRateSchedule.LINEAR, .5f, 0f, 512, 50, Sampling.GROUP, 500, LossConfig.AUTO_ALPHA);
    }

    Values defaults() {
        return switch (this) {
            case BEAUTY ->
                new Values(5e-4f, LearningRateSchedule.CONSTANT, .6f, 1e-8f, 512, 50, Sampling.POSITION, 500, 100);
            case YELP ->
                new Values(1e-3f, LearningRateSchedule.CONSTANT, .7f, 1e-6f, 512, 50, Sampling.POSITION, 100, 100);
            case ML_1M ->
                new Values(1e-3f, LearningRateSchedule.CONSTANT, .1f, 1e-6f, 128, 200, Sampling.POSITION, 100, 100);
        };
    }

    /** Returns the name on the command line. */
    @Override
    public String toString() {
        return code;
    }
}
