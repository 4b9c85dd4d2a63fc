package io.freshet.loss;

import io.freshet.loss.LossConfig.Sampling;
import io.freshet.sampling.Popularity;
import org.jspecify.annotations.Nullable;

/**
 * What is added to scores before a loss sees them: log α to a softmax's candidates, -c - log(K q) to every score of NCE,
 * nothing elsewhere ({@link LossConfig} has the formulas).
 *
 * @param target the targets' part that is the same for all
 * @param candidate the candidates' part that is the same for all
 * @param targets the proposal whose log q is taken off targets' scores, if there is one
 * @param candidates the proposal whose log q is taken off candidates' scores, if there is one
 */
record ScoreCorrection(
        float target,
        float candidate,
        @Nullable Popularity targets,
        @Nullable Popularity candidates) {
    static final ScoreCorrection NONE = new ScoreCorrection(0f, 0f, null, null);

    /**
     * The correction of one step.
     *
     * @param sampling how its negatives are drawn, which is {@link Sampling#ALL} if all items are taken
     * @param rows items there are
     * @param popularity what they are drawn by, or null if they are drawn uniformly
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

    /** Whether all candidates have the same correction. */
    boolean isUniform() {
        return candidates == null;
    }

    /** What is added to the score of a target. */
    float ofTarget(int row) {
        return targets == null ? target : target - targets.logWeight(row);
    }

    /** What is added to the score of a candidate. */
    float ofCandidate(int row) {
        return candidates == null ? candidate : candidate - candidates.logWeight(row);
    }
}
