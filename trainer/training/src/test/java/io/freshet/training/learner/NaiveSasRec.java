package io.freshet.training.learner;

import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.Lanes;

/** The oracle of SASRec. */
final class NaiveSasRec extends NaiveEncoder {
    private final SasRecConfig config;

    NaiveSasRec(RecommenderModel model, SasRecConfig config) {
        super(model);
        this.config = config;
    }

    @Override
    public double[][] encode(int[] inputs, int firstToken) {
        int n = inputs.length;
        int d = config.dim();
        int positions = start("positions");
        double[][] x = new double[n][d];
        for (int t = 0; t < n; t++) {
            for (int c = 0; c < d; c++) {
                double sum =
                        items[inputs[t]][c] * Math.sqrt(d) + dense[positions + (config.maxLength() - n + t) * d + c];
                x[t][c] = drop(sum, Purpose.DROPOUT_INPUT, 0, (firstToken + t) * d + c);
            }
        }
        for (int b = 0; b < config.blocks(); b++) {
            x = block(x, b, firstToken);
        }
        return norm(x, "final_norm");
    }

    private double[][] block(double[][] x, int b, int firstToken) {
        int n = x.length;
        int d = config.dim();
        String name = "blocks." + b + ".";
        double[][] q = linear(norm(x, name + "attention_norm"), name + "query");
        double[][] k = linear(x, name + "key");
        double[][] v = linear(x, name + "value");
        double[][] attended = new double[n][d];
        int width = d / config.heads();
        int stride = Lanes.roundUp(config.maxLength());
        for (int h = 0; h < config.heads(); h++) {
            for (int i = 0; i < n; i++) {
                double[] e = new double[i + 1];
                double sum = 0;
                for (int j = 0; j <= i; j++) {
                    double s = 0;
                    for (int c = h * width; c < (h + 1) * width; c++) {
                        s += q[i][c] * k[j][c];
                    }
                    e[j] = Math.exp(s / Math.sqrt(width));
                    sum += e[j];
                }
                for (int j = 0; j <= i; j++) {
                    int element = (h * batchTokens + firstToken + i) * stride + j;
                    double p = drop(e[j] / sum, Purpose.DROPOUT_ATTENTION, b, element);
                    for (int c = h * width; c < (h + 1) * width; c++) {
                        attended[i][c] += p * v[j][c];
                    }
                }
            }
        }
        double[][] y = linear(attended, name + "output");
        for (int t = 0; t < n; t++) {
            for (int c = 0; c < d; c++) {
                y[t][c] += x[t][c];
            }
        }
        double[][] z = norm(y, name + "forward_norm");
        double[][] f = linear(z, name + "hidden");
        for (int t = 0; t < n; t++) {
            for (int c = 0; c < d; c++) {
                f[t][c] = Math.max(0, drop(f[t][c], Purpose.DROPOUT_HIDDEN, b, (firstToken + t) * d + c));
            }
        }
        double[][] result = linear(f, name + "projection");
        for (int t = 0; t < n; t++) {
            for (int c = 0; c < d; c++) {
                result[t][c] = z[t][c] + drop(result[t][c], Purpose.DROPOUT_OUTPUT, b, (firstToken + t) * d + c);
            }
        }
        return result;
    }
}
