package io.freshet.model.cooccurrence;

import java.util.List;

/**
 * The mean of numbers of several states, weighted by the number of clicks that each state has learned from since a common
 * base. If only one state has learned, its numbers are taken as they are, and if none has, those of the base.
 */
final class WeightedMean {
    private final double[] base;
    private final List<double[]> states;
    private final double[] clicks; // (states): since the base
    private final double total;
    private final int learners;
    private int lastLearner;

    /** @param clicksAt position of the number of clicks in each state */
    WeightedMean(double[] base, List<double[]> states, int clicksAt) {
        this.base = base;
        this.states = states;
        this.clicks = new double[states.size()];
        double since = 0;
        int learned = 0;
        for (int i = 0; i < clicks.length; i++) {
            clicks[i] = states.get(i)[clicksAt] - base[clicksAt];
            since += clicks[i];
            if (clicks[i] > 0) {
                learned++;
                lastLearner = i;
            }
        }
        this.learners = learned;
        this.total = base[clicksAt] + since;
    }

    /** Returns the number of clicks of the base and of all states since. */
    double totalClicks() {
        return total;
    }

    /** Writes the mean of the numbers at a position to the same position. */
    void write(int position, double[] into) {
        if (learners <= 1) {
            into[position] = (learners == 0 ? base : states.get(lastLearner))[position];
            return;
        }
        double sum = 0;
        double weights = 0;
        for (int i = 0; i < clicks.length; i++) {
            sum += clicks[i] * states.get(i)[position];
            weights += clicks[i];
        }
        into[position] = sum / weights;
    }
}
