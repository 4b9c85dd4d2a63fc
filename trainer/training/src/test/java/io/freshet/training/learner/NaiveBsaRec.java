package io.freshet.training.learner;

import io.freshet.model.encoder.network.BsaRecConfig;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.recommender.RecommenderModel;

/**
 * The oracle of BSARec, with transforms to frequencies and back, and with the attention mask added to the scores as by
 * its authors.
 */
final class NaiveBsaRec extends NaivePaddedEncoder {
    private final BsaRecConfig config;

    NaiveBsaRec(RecommenderModel model, BsaRecConfig config) {
        super(model);
        this.config = config;
    }

    @Override
    double[] state(int[] inputs, int sequence) {
        int place = firstPlace.applyAsInt(sequence);
        double[][] x = input(inputs, place);
        for (int b = 0; b < config.blocks(); b++) {
            String name = "blocks." + b + ".";
            double[][] f = residual(x, rescaled(x, b), Purpose.DROPOUT_HIDDEN, 2 * b, place, name + "filter_norm");
            double[][] attended = attention(x, Math.max(0, x.length - inputs.length), b, sequence);
            double[][] g = residual(x, attended, Purpose.DROPOUT_HIDDEN, 2 * b + 1, place, name + "attention_norm");
            double[][] z = new double[x.length][config.dim()];
            for (int t = 0; t < x.length; t++) {
                for (int c = 0; c < config.dim(); c++) {
                    z[t][c] = .7 * f[t][c] + .3 * g[t][c];
                }
            }
            x = feedForward(z, b, place);
        }
        return x[x.length - 1];
    }

    private double[][] rescaled(double[][] x, int b) {
        int frequencies = x.length / 2 + 1;
        double[][] re = new double[frequencies][config.dim()];
        double[][] im = new double[frequencies][config.dim()];
        for (int f = 0; f < frequencies; f++) {
            for (int c = 0; c < config.dim(); c++) {
                double beta = dense[start("blocks." + b + ".beta") + c];
                re[f][c] = f < 3 ? 1 : beta * beta;
            }
        }
        return filter(x, re, im);
    }

    private double[][] attention(double[][] x, int pads, int b, int sequence) {
        int length = x.length;
        int d = config.dim();
        int headDim = d / config.heads();
        int stride = (length + 15) / 16 * 16;
        String name = "blocks." + b + ".";
        double[][] q = linear(x, name + "query");
        double[][] k = linear(x, name + "key");
        double[][] v = linear(x, name + "value");
        double[][] o = new double[length][d];
        for (int h = 0; h < config.heads(); h++) {
            for (int i = 0; i < length; i++) {
                double[] p = new double[length];
                double sum = 0;
                for (int j = 0; j < length; j++) {
                    double dot = 0;
                    for (int c = h * headDim; c < (h + 1) * headDim; c++) {
                        dot += q[i][c] * k[j][c];
                    }
                    boolean masked = j < pads || j > i;
                    // The authors add -10000, which makes the softmax 0 in double precision. For a pad, all positions
                    // are masked.
                    p[j] = i >= pads && masked ? 0 : Math.exp(dot / Math.sqrt(headDim));
                    sum += p[j];
                }
                int firstKey = i < pads ? 0 : pads;
                for (int j = firstKey; j < length; j++) {
                    int row = (sequence * config.heads() + h) * length + i;
                    double kept = drop(p[j] / sum, Purpose.DROPOUT_ATTENTION, b, row * stride + j - firstKey);
                    for (int c = h * headDim; c < (h + 1) * headDim; c++) {
                        o[i][c] += kept * v[j][c];
                    }
                }
            }
        }
        return linear(o, name + "output");
    }
}
