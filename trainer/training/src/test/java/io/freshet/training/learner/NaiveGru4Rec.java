package io.freshet.training.learner;

import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.recommender.RecommenderModel;
import java.util.Arrays;

/** The oracle of GRU4Rec. */
final class NaiveGru4Rec extends NaiveEncoder {
    NaiveGru4Rec(RecommenderModel model) {
        super(model);
    }

    @Override
    public double[][] encode(int[] inputs, int firstToken) {
        int d = shape.dim();
        double[] h = Arrays.copyOfRange(dense, start("initial"), start("initial") + d);
        double[][] states = new double[inputs.length][];
        for (int t = 0; t < inputs.length; t++) {
            double[] x = new double[d];
            for (int c = 0; c < d; c++) {
                x[c] = drop(items[inputs[t]][c], Purpose.DROPOUT_INPUT, 0, (firstToken + t) * d + c);
            }
            double[] next = new double[d];
            for (int c = 0; c < d; c++) {
                double r = sigmoid(of("input", x, c) + of("recurrent", h, c));
                double z = sigmoid(of("input", x, d + c) + of("recurrent", h, d + c));
                double n = Math.tanh(of("input", x, 2 * d + c) + r * of("recurrent", h, 2 * d + c));
                next[c] = (1 - z) * n + z * h[c];
            }
            h = next;
            states[t] = h;
        }
        return linear(states, "output");
    }

    /** Returns one column of the product of a vector and one of the stacked matrices (d, 3 d). */
    private double of(String matrix, double[] x, int column) {
        int start = start(matrix + ".weight");
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * dense[start + i * 3 * x.length + column];
        }
        return sum;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
