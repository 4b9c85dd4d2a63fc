package io.freshet.app.cli.fit;

import io.freshet.training.fit.LearningRateSchedule;
import io.freshet.training.loss.LossConfig;
import io.freshet.training.loss.LossConfig.Kind;
import io.freshet.training.loss.LossConfig.Sampling;
import java.util.Map;
import java.util.TreeSet;

/**
 * The settings that the authors of scaled cross-entropy use on a data set for each encoder of their tables (Xu et al., arXiv
 * 2408.14238), from the paper and the configurations published with it.
 */
enum Preset {
    BEAUTY("beauty"),
    YELP("yelp"),
    ML_1M("ml-1m");

    private final String code;

    Preset(String code) {
        this.code = code;
    }

    record Optimization(float learningRate, float dropout, float weightDecay, int blocks) {}

    /** The sizes of a step: users, newest items of a user, and negatives of a target. */
    record Batches(int users, int maxLength, int negatives) {}

    /**
     * Defaults of the options with the same names.
     *
     * @param alpha {@link LossConfig#AUTO_ALPHA} for auto
     */
    record Values(
            Optimization optimization, LearningRateSchedule schedule, Batches batches, Sampling sampling, float alpha) {
        /** Defaults without a preset. */
        static final Values GENERAL = new Values(
                new Optimization(1e-3f, .5f, 0f, 2),
                LearningRateSchedule.LINEAR,
                new Batches(512, 50, 500),
                Sampling.GROUP,
                LossConfig.AUTO_ALPHA);
    }

    /**
     * Returns the settings for an encoder and a loss.
     *
     * @throws IllegalArgumentException if the paper has no settings for this encoder
     */
    Values defaults(String encoder, Kind loss) {
        Optimization usual = optimizations().get(encoder);
        if (usual == null) {
            String known = String.join(", ", new TreeSet<>(optimizations().keySet()));
            throw new IllegalArgumentException("--preset " + code + " has settings for " + known + ", and none for "
                    + encoder + ": leave --preset out, and set --lr, --dropout and --weight-decay");
        }
        Optimization used = loss == Kind.BCE ? binaryCrossEntropy().getOrDefault(encoder, usual) : usual;
        Batches sizes = switch (this) {
            case BEAUTY -> new Batches(512, 50, 500);
            case YELP -> new Batches(512, 50, 100);
            case ML_1M -> new Batches(128, 200, 100);
        };
        return new Values(used, LearningRateSchedule.CONSTANT, sizes, Sampling.POSITION, 100);
    }

    /** Returns the settings of each encoder. */
    private Map<String, Optimization> optimizations() {
        return switch (this) {
            case BEAUTY ->
                Map.of(
                        "sasrec", new Optimization(5e-4f, .6f, 1e-8f, 2),
                        "gru4rec", new Optimization(5e-4f, .5f, 1e-6f, 1),
                        "fmlprec", new Optimization(1e-4f, .5f, 5e-4f, 4),
                        "caser", new Optimization(5e-3f, .7f, 5e-4f, 1));
            case YELP ->
                Map.of(
                        "sasrec", new Optimization(1e-3f, .7f, 1e-6f, 2),
                        "gru4rec", new Optimization(1e-3f, .2f, 5e-4f, 1),
                        "fmlprec", new Optimization(1e-4f, .7f, 1e-6f, 4),
                        "caser", new Optimization(5e-3f, .7f, 1e-8f, 1));
            case ML_1M -> Map.of("sasrec", new Optimization(1e-3f, .1f, 1e-6f, 2));
        };
    }

    /** Returns the settings of the encoders whose settings for binary cross-entropy differ. */
    private Map<String, Optimization> binaryCrossEntropy() {
        return switch (this) {
            case BEAUTY ->
                Map.of(
                        "sasrec", new Optimization(5e-4f, .4f, 1e-8f, 2),
                        "gru4rec", new Optimization(1e-3f, .3f, 1e-8f, 1));
            case YELP -> Map.of("gru4rec", new Optimization(5e-4f, .7f, 1e-4f, 1));
            case ML_1M -> Map.of();
        };
    }

    /** Returns the name on the command line. */
    @Override
    public String toString() {
        return code;
    }
}
