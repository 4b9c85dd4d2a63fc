package io.freshet.training.learner;

import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.recommender.RecommenderModel;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/** The oracle of an encoder with one state per sequence. Dropout counts positions, not tokens. */
abstract class NaiveOneStateEncoder extends NaiveEncoder {
    IntUnaryOperator firstPlace = sequence -> sequence * shape.maxLength(); // a sequence's first place in the batch

    NaiveOneStateEncoder(RecommenderModel model) {
        super(model);
    }

    /** Returns the state of the inputs, (d). {@code sequence} is the number of the sequence in the batch. */
    abstract double[] state(int[] inputs, int sequence);

    /** Returns the states of all prefixes. Each prefix is a sequence of its own. */
    @Override
    public final double[][] encode(int[] inputs, int firstSequence) {
        double[][] states = new double[inputs.length][];
        for (int t = 0; t < inputs.length; t++) {
            states[t] = state(Arrays.copyOf(inputs, t + 1), firstSequence + t);
        }
        return states;
    }

    /**
     * Returns {@code norm(x + dropout(f))} of all positions. {@code place} is the number of the first one in the
     * batch.
     */
    final double[][] residual(double[][] x, double[][] f, Purpose purpose, int layer, int place, String norm) {
        int d = shape.dim();
        double[][] sum = new double[x.length][d];
        for (int t = 0; t < x.length; t++) {
            for (int c = 0; c < d; c++) {
                sum[t][c] = x[t][c] + drop(f[t][c], purpose, layer, (place + t) * d + c);
            }
        }
        return norm(sum, norm);
    }

    final double[][] feedForward(double[][] z, int block, int place) {
        String name = "blocks." + block + ".";
        double[][] f = linear(z, name + "hidden");
        for (double[] row : f) {
            for (int c = 0; c < row.length; c++) {
                row[c] = gelu(row[c]);
            }
        }
        double[][] y = linear(f, name + "projection");
        return residual(z, y, Purpose.DROPOUT_OUTPUT, block, place, name + "forward_norm");
    }

    /** Computes GELU by the series of Φ (Marsaglia, J. Stat. Softw. 11(4), 2004) instead of the kernel's formula. */
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
