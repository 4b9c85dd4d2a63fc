package io.freshet.model;

import java.util.Arrays;

/** An oracle of an encoder that has one state for each sequence. Dropout counts sequences, not tokens. */
abstract class NaiveOneStateEncoder extends NaiveEncoder {
    NaiveOneStateEncoder(RecommenderModel model) {
        super(model);
    }

    /** The state of the inputs (d); {@code sequence} is the batch's number of the sequence. */
    abstract double[] state(int[] inputs, int sequence);

    /** The states of all prefixes, which are sequences of their own. */
    @Override
    final double[][] encode(int[] inputs, int firstSequence) {
        double[][] states = new double[inputs.length][];
        for (int t = 0; t < inputs.length; t++) {
            states[t] = state(Arrays.copyOf(inputs, t + 1), firstSequence + t);
        }
        return states;
    }

    /** GELU by the series of Φ (Marsaglia, J. Stat. Softw. 11(4), 2004), not by the kernel's formula. */
    static double gelu(double x) {
        double term = x;
        double sum = x;
        for (int i = 3; Math.abs(term) > 1e-17; i += 2) {
            term *= x * x / i;
            sum += term;
        }
        return x * (.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI));
    }
}
