package io.freshet.memory;

/**
 * What the network's scores are multiplied by before their softmax: an inverse temperature. A network that has seen
 * little is too sure of itself, which harms no ranking of its own but every mixture that it is a part of.
 *
 * <p>β follows the likelihood of the mixture, one Newton step for each step of the learner, the Fisher information in
 * place of the second derivative. With r the network's responsibility for a click, s its scores, s⁺ that of the item
 * clicked:
 *
 * <pre>
 * g = r β (E[s] - s⁺) = -∂ log p / ∂ log β,   log β ← log β - share · mean(g) / mean(g²)
 * </pre>
 *
 * <p>where the share of a step of n clicks is n / (n + min(clicks before, {@value #MEMORY})). Not thread-safe.
 */
final class NetworkScale {
    /** Numbers of {@link #copyTo}. */
    static final int STATE = 3;

    private static final int MEMORY = 500; // clicks
    private static final double LEAST = 1.0 / 16;
    private static final double MOST = 16;
    private static final double LONGEST_STEP = 1;
    private static final double LEAST_INFORMATION = 1e-9;

    private double scale = 1;
    private double information; // mean of g² over the newest clicks
    private double clicks; // learned from

    private double gradients; // of the step at hand
    private double squares; // likewise
    private int pending; // clicks of the step at hand

    float scale() {
        return (float) scale;
    }

    /**
     * Takes in a click; one whose scores are no numbers has nothing to teach.
     *
     * @param responsibility of the network for it
     * @param gap mean scaled score less that of the item clicked, β (E[s] - s⁺)
     */
    void add(double responsibility, double gap) {
        double gradient = responsibility * gap;
        if (Double.isFinite(gradient)) {
            gradients += gradient;
            squares += gradient * gradient;
            pending++;
        }
    }

    /** Learns from what has been taken in. */
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

    /** Writes the state into {@code state}, from a position on. Between steps only. */
    void copyTo(double[] state, int position) {
        state[position] = scale;
        state[position + 1] = information;
        state[position + 2] = clicks;
    }

    /** Takes up the state that {@link #copyTo} wrote. */
    void copyFrom(double[] state, int position) {
        scale = state[position];
        information = state[position + 1];
        clicks = state[position + 2];
    }
}
