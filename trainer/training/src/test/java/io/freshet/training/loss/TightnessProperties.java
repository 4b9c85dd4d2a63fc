package io.freshet.training.loss;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Tests on the kernels what Xu et al. (arXiv 2408.14238; arXiv 2402.06216) prove about softmax losses: they bound
 * {@code -log NDCG(r⁺)}, which for one target of rank r⁺ is {@code log log₂(1 + r⁺)}.
 */
class TightnessProperties {
    private static final int TRIALS = 40 * ScoreTile.TOKENS;
    private static final float TARGET_SCORE = 0.5f;

    private static double minusLogNdcg(int rank) {
        return Math.log(Math.log(1 + rank) / Math.log(2));
    }

    /** Returns scores in which the first item is the target, and the next {@code rank - 1} items score at least as much. */
    private static float[] scores(int items, int rank, boolean worstCase, Random random) {
        float[] scores = new float[items];
        scores[0] = TARGET_SCORE;
        for (int i = 1; i < items; i++) {
            float distance = worstCase ? (i < rank ? 0f : 60f) : Math.abs((float) random.nextGaussian());
            scores[i] = TARGET_SCORE + (i < rank ? distance : -distance - 1e-3f);
        }
        return scores;
    }

    @Property(tries = 100)
    void shouldBoundByCrossEntropyAndMoreTightlyByEta(
            @ForAll @IntRange(min = 1, max = 400) int items,
            @ForAll @IntRange(max = 399) int above,
            @ForAll long seed) {
        int rank = 1 + above % items;
        float[] scores = scores(items, rank, false, new Random(seed));
        try (ScoreTile tile = new ScoreTile()) {
            double crossEntropy = full(tile, new Softmax(), scores);
            double tight = full(tile, new TightSoftmax(0.7f), scores);

            assertThat(crossEntropy).isGreaterThanOrEqualTo(minusLogNdcg(rank) - 1e-5);
            assertThat(tight).isBetween(minusLogNdcg(rank) - 1e-5, crossEntropy + 1e-5);
        }
    }

    private static double full(ScoreTile tile, LossFunction function, float[] scores) {
        tile.reserve(scores.length, 0f);
        ScoreTile.put(tile.targetScores(), 0, scores[0]);
        tile.scores().set(0, 0, ScoreTile.MASKED);
        for (int i = 1; i < scores.length; i++) {
            tile.scores().set(i, 0, scores[i]);
        }
        function.begin(tile);
        function.derive(tile, 0, scores.length, 1);
        function.finish(tile, 1);
        return ScoreTile.get(tile.losses(), 0);
    }

    /**
     * The theorem: for r⁺ ≤ 2^m - 1 and K uniform draws of all items, the target among them,
     * {@code -log NDCG(r⁺) ≤ ℓ_SCE} with probability at least {@code 1 - ⌈m/α⌉ (1 - r⁺/|I|)^⌊K/⌈m/α⌉⌋}. If draws of the
     * target do not count, as in learning, the number of items at or above it is r⁺ - 1.
     */
    @Property(tries = 60)
    void shouldBoundByScaledCrossEntropyAtLeastAsOftenAsTheTheoremSays(
            @ForAll @IntRange(min = 2, max = 1000) int items,
            @ForAll @IntRange(max = 999) int above,
            @ForAll @IntRange(min = 1, max = 200) int negatives,
            @ForAll @IntRange(min = 1, max = 12) int alpha,
            @ForAll boolean targetCounts,
            @ForAll boolean worstCase,
            @ForAll long seed) {
        int rank = 1 + above % items;
        Random random = new Random(seed);
        float[] scores = scores(items, rank, worstCase, random);
        int m = Integer.SIZE - Integer.numberOfLeadingZeros(rank);
        int needed = (m + alpha - 1) / alpha;
        double hit = (targetCounts ? rank : rank - 1) / (double) items;
        int drawsForEach = negatives / needed;
        double stated = Math.max(0, 1 - needed * Math.pow(1 - hit, drawsForEach));

        double held = frequency(scores, rank, negatives, alpha, targetCounts, random);

        double deviation = Math.sqrt(stated * (1 - stated) / TRIALS);
        assertThat(held).isGreaterThanOrEqualTo(stated - 5 * deviation - 1.0 / TRIALS);
    }

    /** Returns the share of trials in which the bound holds. Each lane of the tile is a trial. */
    private static double frequency(
            float[] scores, int rank, int negatives, int alpha, boolean targetCounts, Random random) {
        double bound = minusLogNdcg(rank) - 1e-5;
        int held = 0;
        try (ScoreTile tile = new ScoreTile()) {
            tile.reserve(negatives, (float) Math.log(alpha));
            LossFunction function = new Softmax();
            for (int trial = 0; trial < TRIALS; trial += ScoreTile.TOKENS) {
                draw(tile, scores, negatives, targetCounts, random);
                function.begin(tile);
                function.derive(tile, 0, negatives, ScoreTile.TOKENS);
                function.finish(tile, ScoreTile.TOKENS);
                for (int t = 0; t < ScoreTile.TOKENS; t++) {
                    held += ScoreTile.get(tile.losses(), t) >= bound ? 1 : 0;
                }
            }
        }
        return held / (double) TRIALS;
    }

    private static void draw(ScoreTile tile, float[] scores, int negatives, boolean targetCounts, Random random) {
        for (int t = 0; t < ScoreTile.TOKENS; t++) {
            ScoreTile.put(tile.targetScores(), t, TARGET_SCORE);
            for (int k = 0; k < negatives; k++) {
                int item = random.nextInt(scores.length);
                tile.scores().set(k, t, item == 0 && !targetCounts ? ScoreTile.MASKED : scores[item]);
            }
        }
    }
}
