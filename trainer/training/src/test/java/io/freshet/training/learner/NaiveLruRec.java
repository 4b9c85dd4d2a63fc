package io.freshet.training.learner;

import io.freshet.model.encoder.network.LruRecConfig;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.recommender.RecommenderModel;

/** The oracle of LRURec. */
final class NaiveLruRec extends NaiveEncoder {
    private final int blocks;

    NaiveLruRec(RecommenderModel model, LruRecConfig config) {
        super(model);
        this.blocks = config.blocks();
    }

    @Override
    public double[][] encode(int[] inputs, int firstToken) {
        int d = shape.dim();
        double[][] x = new double[inputs.length][d];
        for (int t = 0; t < inputs.length; t++) {
            for (int c = 0; c < d; c++) {
                x[t][c] = drop(items[inputs[t]][c], Purpose.DROPOUT_INPUT, 0, (firstToken + t) * d + c);
            }
        }
        x = norm(x, "input_norm");
        for (int b = 0; b < blocks; b++) {
            x = block(x, b, firstToken);
        }
        return x;
    }

    private double[][] block(double[][] x, int b, int firstToken) {
        int d = shape.dim();
        String name = "blocks." + b + ".";
        double[][] recurrent = linear(states(linear(x, name + "in"), name), name + "out");
        double[][] z = new double[x.length][d];
        for (int t = 0; t < x.length; t++) {
            for (int c = 0; c < d; c++) {
                z[t][c] = x[t][c] + drop(recurrent[t][c], Purpose.DROPOUT_ATTENTION, b, (firstToken + t) * d + c);
            }
        }
        z = norm(z, name + "recurrence_norm");
        double[][] f = linear(z, name + "hidden");
        for (int t = 0; t < x.length; t++) {
            for (int c = 0; c < 4 * d; c++) {
                f[t][c] = drop(gelu(f[t][c]), Purpose.DROPOUT_HIDDEN, b, (firstToken + t) * 4 * d + c);
            }
        }
        double[][] result = linear(f, name + "projection");
        for (int t = 0; t < x.length; t++) {
            for (int c = 0; c < d; c++) {
                result[t][c] = z[t][c] + drop(result[t][c], Purpose.DROPOUT_OUTPUT, b, (firstToken + t) * d + c);
            }
        }
        return norm(result, name + "forward_norm");
    }

    /** Returns the complex states: 2 d real parts, then 2 d imaginary parts. */
    private double[][] states(double[][] u, String name) {
        int n = 2 * shape.dim();
        double[][] h = new double[u.length][2 * n];
        for (int i = 0; i < n; i++) {
            double radius = Math.exp(-Math.exp(dense[start(name + "nu") + i]));
            double angle = Math.exp(dense[start(name + "theta") + i]);
            double gamma = Math.exp(dense[start(name + "log_gamma") + i]);
            double re = 0;
            double im = 0;
            for (int t = 0; t < u.length; t++) {
                double nextRe = radius * (Math.cos(angle) * re - Math.sin(angle) * im) + gamma * u[t][i];
                im = radius * (Math.cos(angle) * im + Math.sin(angle) * re) + gamma * u[t][n + i];
                re = nextRe;
                h[t][i] = re;
                h[t][n + i] = im;
            }
        }
        return h;
    }

    /** Computes GELU by Simpson's rule instead of the kernel's formula. */
    private static double gelu(double x) {
        int steps = 200;
        double h = x / steps;
        double integral = 0;
        for (int i = 0; i <= steps; i++) {
            double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
            integral += weight * Math.exp(-i * h * i * h / 2);
        }
        return x * (0.5 + integral * h / 3 / Math.sqrt(2 * Math.PI));
    }
}
