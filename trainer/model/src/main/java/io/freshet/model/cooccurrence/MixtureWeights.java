package io.freshet.model.cooccurrence;

import java.util.Arrays;
import java.util.List;

/**
 * Weight of each component in the mixture, by context. A context is a pair of levels: one for the total weight of the
 * newest item's neighbours, and one for the length of the history. The weights are learned by incremental
 * expectation-maximisation (Neal and Hinton, "A View of the EM Algorithm that Justifies Incremental, Sparse, and
 * Other Variants", 1998), one step for each click, with w the weights of its context and p<sub>c</sub> the
 * probability that component c gave the clicked item:
 *
 * <pre>
 * r<sub>c</sub> = w<sub>c</sub> p<sub>c</sub> / Σ w p,   w ← (1 - η) w + η r,
 * η = max(1 / {@value #MEMORY}, 1 / (n + {@value #PRIOR}))
 * </pre>
 *
 * <p>where n is the number of clicks in the context. A context's first clicks therefore count fully, and later ones
 * are forgotten exponentially. A component without a prediction keeps its weight; its share goes to the other
 * components. Not thread-safe.
 */
final class MixtureWeights {
    private static final int MEMORY = 2_000; // clicks
    private static final int PRIOR = 10; // number of clicks that the initial weights count as
    private static final double FIRST_NETWORK_WEIGHT = .7;
    private static final double FIRST_WEIGHT = (1 - FIRST_NETWORK_WEIGHT) / (Component.COUNT - 1); // of each other one
    private static final double LEAST_WEIGHT = 1e-3; // lets a component recover after it was of no use

    private static final int KNOWLEDGE_LEVELS = 10;
    private static final int LENGTH_LEVELS = 4;
    private static final int CONTEXTS = KNOWLEDGE_LEVELS * LENGTH_LEVELS;

    /** Length of the state that {@link #copyTo} writes. */
    static final int STATE = CONTEXTS * (Component.COUNT + 1);

    private static final int COUNT_WITHOUT_LOG = 5;

    /** Length of the state of an older version, without the last two components. */
    static final int STATE_WITHOUT_LOG = CONTEXTS * (COUNT_WITHOUT_LOG + 1);

    private final double[] weights = new double[CONTEXTS * Component.COUNT]; // (contexts, components), rows add up to 1
    private final double[] clicks = new double[CONTEXTS]; // (contexts)

    MixtureWeights() {
        Arrays.fill(weights, FIRST_WEIGHT);
        for (int context = 0; context < CONTEXTS; context++) {
            weights[place(context, Component.NETWORK)] = FIRST_NETWORK_WEIGHT;
        }
    }

    /**
     * Returns the context of a history.
     *
     * @param total weight of all neighbours of the newest item
     */
    static int contextOf(int total, int historyLength) {
        int level = Integer.SIZE - Integer.numberOfLeadingZeros(total / NeighbourList.NEAREST);
        return Math.min(KNOWLEDGE_LEVELS - 1, level) * LENGTH_LEVELS + lengthLevel(historyLength);
    }

    private static int lengthLevel(int historyLength) {
        return historyLength <= 2 ? historyLength - 1 : historyLength <= 4 ? 2 : 3;
    }

    /**
     * Returns the component's share among {@code components}, the set of those that have a prediction. It must be one
     * of them.
     */
    double share(int context, int components, Component component) {
        return weights[place(context, component)] / sum(context, components);
    }

    private double sum(int context, int components) {
        double sum = 0;
        for (int c = 0; c < Component.COUNT; c++) {
            sum += (components >> c & 1) * weights[context * Component.COUNT + c];
        }
        return sum;
    }

    /**
     * Learns from a click.
     *
     * @param components set of the components that had a prediction
     * @param probabilities (components) probability that each gave the clicked item
     * @return the network's responsibility for the click, from 0 to 1
     */
    double learn(int context, int components, double[] probabilities) {
        int first = context * Component.COUNT;
        double present = sum(context, components);
        double likelihood = 0;
        for (int c = 0; c < Component.COUNT; c++) {
            likelihood += (components >> c & 1) * weights[first + c] * probabilities[c];
        }
        if (!(likelihood > 0)) {
            return 0;
        }
        double thanks = weights[first] * probabilities[0] / likelihood;
        double rate = Math.max(1.0 / MEMORY, 1 / (++clicks[context] + PRIOR));
        double sum = 0;
        for (int c = 0; c < Component.COUNT; c++) {
            double weight = weights[first + c];
            if ((components >> c & 1) == 1) {
                weight += rate * (present * (weight * probabilities[c] / likelihood) - weight);
            }
            weights[first + c] = Math.max(weight, LEAST_WEIGHT);
            sum += weights[first + c];
        }
        for (int c = 0; c < Component.COUNT; c++) {
            weights[first + c] /= sum;
        }
        return thanks;
    }

    /** Writes the state into {@code state}, from {@code position} on. */
    void copyTo(double[] state, int position) {
        System.arraycopy(weights, 0, state, position, weights.length);
        System.arraycopy(clicks, 0, state, position + weights.length, CONTEXTS);
    }

    /** Restores the state that {@link #copyTo} wrote. */
    void copyFrom(double[] state, int position) {
        System.arraycopy(state, position, weights, 0, weights.length);
        System.arraycopy(state, position + weights.length, clicks, 0, CONTEXTS);
    }

    /**
     * Converts the state of an older version, in which the last two components get the weights that they have in a new memory.
     *
     * @param older begins with the state
     * @param state receives the state at its beginning
     */
    static void copyWithoutLog(double[] older, double[] state) {
        double left = 1 - (Component.COUNT - COUNT_WITHOUT_LOG) * FIRST_WEIGHT;
        for (int context = 0; context < CONTEXTS; context++) {
            for (int c = 0; c < Component.COUNT; c++) {
                state[context * Component.COUNT + c] =
                        c < COUNT_WITHOUT_LOG ? left * older[context * COUNT_WITHOUT_LOG + c] : FIRST_WEIGHT;
            }
        }
        System.arraycopy(older, CONTEXTS * COUNT_WITHOUT_LOG, state, CONTEXTS * Component.COUNT, CONTEXTS);
    }

    /**
     * Merges what several learners have learned since a common state. A context's weights are the mean of those of the
     * learners, weighted by their clicks in it since then. Clicks are added up.
     *
     * @param base state that all learners began with
     * @param learned state of each learner
     * @param into receives the merged state at the same position
     */
    static void merge(double[] base, List<double[]> learned, double[] into, int position) {
        for (int context = 0; context < CONTEXTS; context++) {
            int clicks = position + CONTEXTS * Component.COUNT + context;
            WeightedMean mean = new WeightedMean(base, learned, clicks);
            for (int c = 0; c < Component.COUNT; c++) {
                mean.write(position + context * Component.COUNT + c, into);
            }
            into[clicks] = mean.totalClicks();
        }
    }

    private static int place(int context, Component component) {
        return context * Component.COUNT + component.place();
    }
}
