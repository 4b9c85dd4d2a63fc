package io.freshet.cli;

import io.freshet.cli.LossOptions.Sampling;

/**
 * What options are where nobody says otherwise.
 *
 * <p>Those with a data set's name are what the authors of scaled cross-entropy use there for SASRec (Xu et al., arXiv
 * 2408.14238), from the paper and the configurations published with it.
 */
enum Preset {
    BEAUTY("beauty", 5e-4f, .6f, 1e-8f, 512, 50, Sampling.POSITION, 500, 100),
    YELP("yelp", 1e-3f, .7f, 1e-6f, 512, 50, Sampling.POSITION, 100, 100),
    ML_1M("ml-1m", 1e-3f, .1f, 1e-6f, 128, 200, Sampling.POSITION, 100, 100);

    private final String code;
    private final Values values;

    /**
     * The values of the options of the same names.
     *
     * @param alpha 0 for auto
     */
    record Values(
            float learningRate,
            float dropout,
            float weightDecay,
            int batch,
            int maxLength,
            Sampling sampling,
            int negatives,
            float alpha) {
        /** Where no preset is named. */
        static final Values GENERAL = new Values(1e-3f, .5f, 0f, 512, 50, Sampling.BATCH, 4000, 0f);
    }

    Preset(
            String code,
            float learningRate,
            float dropout,
            float weightDecay,
            int batch,
            int maxLength,
            Sampling sampling,
            int negatives,
            float alpha) {
        this.code = code;
        this.values = new Values(learningRate, dropout, weightDecay, batch, maxLength, sampling, negatives, alpha);
    }

    Values values() {
        return values;
    }

    /** The name on the command line. */
    @Override
    public String toString() {
        return code;
    }
}
