package io.freshet.model;

import io.freshet.sampling.CounterRandom.Purpose;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/** An oracle of an encoder that has one state for each sequence. Dropout counts places, not tokens. */
abstract class NaiveOneStateEncoder extends NaiveEncoder {
    IntUnaryOperator firstPlace = sequence -> sequence * shape.maxLength(); // the batch's number of a sequence's first

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

    /** {@code norm(x + dropout(f))} of all places; {@code place} is the batch's number of the first. */
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
