package io.freshet.training.learner;

import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.recommender.RecommenderModel;

/** The common part of the oracles of FMLP-Rec and BSARec: the padded input, and filters. */
abstract class NaivePaddedEncoder extends NaiveOneStateEncoder {
    NaivePaddedEncoder(RecommenderModel model) {
        super(model);
    }

    final double[][] input(int[] inputs, int place) {
        int length = shape.maxLength();
        int d = shape.dim();
        int pads = Math.max(0, length - inputs.length);
        double[][] x = new double[length][d];
        for (int t = 0; t < length; t++) {
            for (int c = 0; c < d; c++) {
                double row = t < pads ? dense[start("pad") + c] : items[inputs[inputs.length - length + t]][c];
                x[t][c] = row + dense[start("positions") + t * d + c];
            }
        }
        x = norm(x, "input_norm");
        for (int t = 0; t < length; t++) {
            for (int c = 0; c < d; c++) {
                x[t][c] = drop(x[t][c], Purpose.DROPOUT_INPUT, 0, (place + t) * d + c);
            }
        }
        return x;
    }

    /**
     * Multiplies each frequency by {@code re + i im} and returns the inverse of the orthonormal real transform.
     *
     * @param re,im (L / 2 + 1, d)
     */
    static double[][] filter(double[][] x, double[][] re, double[][] im) {
        int length = x.length;
        int d = x[0].length;
        double[][] y = new double[length][d];
        double[] cosines = new double[length];
        double[] sines = new double[length];
        for (int t = 0; t < length; t++) {
            cosines[t] = Math.cos(2 * Math.PI * t / length);
            sines[t] = Math.sin(2 * Math.PI * t / length);
        }
        for (int c = 0; c < d; c++) {
            for (int f = 0; f <= length / 2; f++) {
                double a = 0;
                double b = 0;
                for (int t = 0; t < length; t++) {
                    a += x[t][c] * cosines[f * t % length] / Math.sqrt(length);
                    b -= x[t][c] * sines[f * t % length] / Math.sqrt(length);
                }
                double productRe = a * re[f][c] - b * im[f][c];
                double productIm = a * im[f][c] + b * re[f][c];
                boolean single = f == 0 || 2 * f == length;
                for (int t = 0; t < length; t++) {
                    double cosine = cosines[f * t % length];
                    double wave =
                            single ? productRe * cosine : 2 * (productRe * cosine - productIm * sines[f * t % length]);
                    y[t][c] += wave / Math.sqrt(length);
                }
            }
        }
        return y;
    }
}
