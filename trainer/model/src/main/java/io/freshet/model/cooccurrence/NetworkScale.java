package io.freshet.model.cooccurrence;

import java.util.List;

/**
 * Factor of the network's scores in their softmax: an inverse temperature. A network that has seen little data is
 * overconfident. That does not affect its own ranking, but harms every mixture that it is a part of.
 *
 * <p>β follows the maximum of the mixture's likelihood by one Newton step for each step of the learner, with the Fisher
 * information in place of the second derivative. With r the network's responsibility for a click, s its scores, and s⁺ the
 * score of the clicked item:
 *
 * <pre>
 * g = r β (E[s] - s⁺) = -∂ log p / ∂ log β,   log β ← log β - share · mean(g) / mean(g²)
 * </pre>
 *
 * <p>where the share of a step of n clicks is n / (n + min(earlier clicks, {@value #MEMORY})). Not thread-safe.
 */
final class NetworkScale {
    /** Length of the state that {@link #copyTo} writes. */
    static final int STATE = 3;

    private static final int MEMORY = 500; // clicks
    private static final double LEAST = 1.0 / 16;
    private static final double MOST = 16;
    private static final double LONGEST_STEP = 1;
    private static final double LEAST_INFORMATION = 1e-9;

    private double scale = 1;
    private double information; // mean of g² over the newest clicks
    private double clicks; // number of clicks learned from

    private double gradients; // Σ g of the current step
    private double squares; // Σ g² of the current step
    private int pending; // clicks of the current step

    float scale() {
        return (float) scale;
    }

    /**
     * Adds a click to the current step. A click whose scores are not finite is ignored.
     *
     * @param responsibility responsibility of the network for the click
     * @param gap mean scaled score minus that of the clicked item, β (E[s] - s⁺)
     */
    void add(double responsibility, double gap) {
        double gradient = responsibility * gap;
        if (Double.isFinite(gradient)) {
            gradients += gradient;
            squares += gradient * gradient;
            pending++;
        }
    }

    /** Makes a step from the clicks added since the last one. */
    void learn() {
        if (pending > 0) {
            double share = pending / (pending + Math.min(clicks, MEMORY));
            information += share * (squares / pending - information);
            double step = share * (gradients / pending) / Math.max(information, LEAST_INFORMATION);
            double bounded = Math.max(-LONGEST_STEP, Math.min(LONGEST_STEP, step));
            scale = Math.max(LEAST, Math.min(MOST, scale * StrictMath.exp(-bounded)));
            clicks += pending;
        }
        gradients = 0;
        squares = 0;
        pending = 0;
    }

    /** Writes the state into {@code state}, from {@code position} on. Must be called between steps only. */
    void copyTo(double[] state, int position) {
        state[position] = scale;
        state[position + 1] = information;
        state[position + 2] = clicks;
    }

    /**
     * Merges what several learners have learned since a common state: the mean of their scales and their information,
     * weighted by their clicks since then. Clicks are added up.
     *
     * @param base state that all learners began with
     * @param learned state of each learner
     * @param into receives the merged state at the same position
     */
    static void merge(double[] base, List<double[]> learned, double[] into, int position) {
        WeightedMean mean = new WeightedMean(base, learned, position + 2);
        mean.write(position, into);
        mean.write(position + 1, into);
        into[position + 2] = mean.totalClicks();
    }

    /** Restores the state that {@link #copyTo} wrote. */
    void copyFrom(double[] state, int position) {
        scale = state[position];
        information = state[position + 1];
        clicks = state[position + 2];
    }
}
