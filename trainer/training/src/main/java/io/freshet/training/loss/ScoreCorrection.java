package io.freshet.training.loss;

import io.freshet.training.loss.LossConfig.Sampling;
import io.freshet.training.sampling.Popularity;
import org.jspecify.annotations.Nullable;

/**
 * The term that is added to scores before the loss is computed: log α for the candidates of a softmax, -c - log(K q)
 * for every score of NCE, nothing for other losses ({@link LossConfig} has the formulas).
 *
 * @param target the part that is the same for all targets
 * @param candidate the part that is the same for all candidates
 * @param targets the proposal distribution whose log q is subtracted from targets' scores, or null
 * @param candidates the proposal distribution whose log q is subtracted from candidates' scores, or null
 */
record ScoreCorrection(
        float target,
        float candidate,
        @Nullable Popularity targets,
        @Nullable Popularity candidates) {
    static final ScoreCorrection NONE = new ScoreCorrection(0f, 0f, null, null);

    /**
     * Returns the correction of one step.
     *
     * @param sampling how the step's negatives are drawn; {@link Sampling#ALL} if all items are candidates
     * @param rows number of items
     * @param popularity the popularity by which negatives are drawn, or null if they are drawn uniformly
     */
    static ScoreCorrection of(LossConfig config, Sampling sampling, int rows, @Nullable Popularity popularity) {
        boolean all = sampling == Sampling.ALL;
        return switch (config.kind()) {
            case CE, CE_ETA, NEG, BCE, BPR -> NONE;
            case SSM, SCE -> all ? NONE : softmax(config, rows, popularity);
            case NCE ->
                all
                        ? noiseContrastive(config, rows, rows, null)
                        : noiseContrastive(config, config.negatives(), rows, popularity);
        };
    }

    private static ScoreCorrection softmax(LossConfig config, int rows, @Nullable Popularity popularity) {
        double alpha = config.alpha() == LossConfig.AUTO_ALPHA ? (rows - 1.0) / config.negatives() : config.alpha();
        double logAlpha = StrictMath.log(alpha);
        if (popularity == null) {
            return new ScoreCorrection(0f, (float) logAlpha, null, null);
        }
        double common = logAlpha - StrictMath.log(rows - 1.0) + popularity.logTotal();
        return new ScoreCorrection(0f, (float) common, null, popularity);
    }

    private static ScoreCorrection noiseContrastive(
            LossConfig config, int negatives, int rows, @Nullable Popularity popularity) {
        double logTotal = popularity == null ? StrictMath.log((double) rows) : popularity.logTotal();
        float common = (float) (logTotal - config.c() - StrictMath.log((double) negatives));
        return new ScoreCorrection(common, common, popularity, popularity);
    }

    /** Returns whether all candidates have the same correction. */
    boolean isUniform() {
        return candidates == null;
    }

    /** Returns the correction of a target's score. */
    float ofTarget(int row) {
        return targets == null ? target : target - targets.logWeight(row);
    }

    /** Returns the correction of a candidate's score. */
    float ofCandidate(int row) {
        return candidates == null ? candidate : candidate - candidates.logWeight(row);
    }
}
