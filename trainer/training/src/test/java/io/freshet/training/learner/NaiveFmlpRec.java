package io.freshet.training.learner;

import io.freshet.model.encoder.network.FmlpRecConfig;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.recommender.RecommenderModel;

/** The oracle of FMLP-Rec, with transforms to frequencies and back. */
final class NaiveFmlpRec extends NaivePaddedEncoder {
    private final int blocks;

    NaiveFmlpRec(RecommenderModel model, FmlpRecConfig config) {
        super(model);
        this.blocks = config.blocks();
    }

    @Override
    double[] state(int[] inputs, int sequence) {
        int d = shape.dim();
        int frequencies = shape.maxLength() / 2 + 1;
        int place = firstPlace.applyAsInt(sequence);
        double[][] x = input(inputs, place);
        for (int b = 0; b < blocks; b++) {
            int weights = start("blocks." + b + ".filter");
            double[][] re = new double[frequencies][d];
            double[][] im = new double[frequencies][d];
            for (int f = 0; f < frequencies; f++) {
                for (int c = 0; c < d; c++) {
                    re[f][c] = dense[weights + f * d + c];
                    im[f][c] = dense[weights + (frequencies + f) * d + c];
                }
            }
            double[][] z =
                    residual(x, filter(x, re, im), Purpose.DROPOUT_HIDDEN, b, place, "blocks." + b + ".filter_norm");
            x = feedForward(z, b, place);
        }
        return x[shape.maxLength() - 1];
    }
}
