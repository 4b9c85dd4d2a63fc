package io.freshet.training.learner;

import io.freshet.model.encoder.network.Bert4RecConfig;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.recommender.RecommenderModel;

/** The oracle of BERT4Rec, with a mask token after the items. */
final class NaiveBert4Rec extends NaiveOneStateEncoder {
    private final Bert4RecConfig config;

    NaiveBert4Rec(RecommenderModel model, Bert4RecConfig config) {
        super(model);
        this.config = config;
    }

    @Override
    double[] state(int[] inputs, int sequence) {
        int d = config.dim();
        int items = Math.min(inputs.length, config.maxLength());
        int place = firstPlace.applyAsInt(sequence);
        double[][] x = new double[items + 1][d];
        for (int t = 0; t <= items; t++) {
            int position = config.maxLength() - items + t;
            for (int c = 0; c < d; c++) {
                double row = t < items ? this.items[inputs[inputs.length - items + t]][c] : dense[start("mask") + c];
                x[t][c] = row + dense[start("positions") + position * d + c];
            }
        }
        x = norm(x, "input_norm");
        for (int t = 0; t <= items; t++) {
            for (int c = 0; c < d; c++) {
                x[t][c] = drop(x[t][c], Purpose.DROPOUT_INPUT, 0, (place + t) * d + c);
            }
        }
        for (int b = 0; b < config.blocks(); b++) {
            String name = "blocks." + b + ".";
            double[][] z =
                    residual(x, attention(x, b, sequence), Purpose.DROPOUT_HIDDEN, b, place, name + "attention_norm");
            x = feedForward(z, b, place);
        }
        return x[items];
    }

    private double[][] attention(double[][] x, int b, int sequence) {
        int d = config.dim();
        int headDim = d / config.heads();
        int length = config.maxLength() + 1;
        int stride = (length + 15) / 16 * 16;
        String name = "blocks." + b + ".";
        double[][] q = linear(x, name + "query");
        double[][] k = linear(x, name + "key");
        double[][] v = linear(x, name + "value");
        double[][] o = new double[x.length][d];
        for (int h = 0; h < config.heads(); h++) {
            for (int i = 0; i < x.length; i++) {
                double[] p = new double[x.length];
                double sum = 0;
                for (int j = 0; j < x.length; j++) {
                    double dot = 0;
                    for (int c = h * headDim; c < (h + 1) * headDim; c++) {
                        dot += q[i][c] * k[j][c];
                    }
                    p[j] = Math.exp(dot / Math.sqrt(headDim));
                    sum += p[j];
                }
                for (int j = 0; j < x.length; j++) {
                    int row = (sequence * config.heads() + h) * length + i;
                    double kept = drop(p[j] / sum, Purpose.DROPOUT_ATTENTION, b, row * stride + j);
                    for (int c = h * headDim; c < (h + 1) * headDim; c++) {
                        o[i][c] += kept * v[j][c];
                    }
                }
            }
        }
        return linear(o, name + "output");
    }
}
