package io.freshet.training.loss;

import java.util.stream.IntStream;

/**
 * The oracle's losses: the table of the paper (arXiv 2408.14238) in scalar double precision, for given negatives.
 */
public final class NaiveLosses {
    private final LossConfig config;
    private final int[] draws;
    private final int[] chunkOfToken;
    private final double[] q; // (items)
    private final boolean all;

    /**
     * @param items number of items, |I|
     * @param draws negatives by the number of the draw
     * @param chunkOfToken chunk of the batch that each token is in
     * @param counts popularity counts, (items)
     */
    public NaiveLosses(LossConfig config, int items, int[] draws, int[] chunkOfToken, long[] counts) {
        this.config = config;
        this.draws = draws;
        this.chunkOfToken = chunkOfToken;
        this.q = new double[items];
        this.all = config.negatives() == 0 || config.negatives() >= items;
        double total = 0;
        for (int row = 0; row < items; row++) {
            q[row] = Math.pow(counts[row] + 1.0, config.popularityPower());
            total += q[row];
        }
        for (int row = 0; row < items; row++) {
            q[row] /= total;
        }
    }

    /** Returns the loss of one token of the batch, from the scores of all items. */
    public double of(double[] scores, int target, int token) {
        double own = scores[target];
        int[] negatives = all ? IntStream.range(0, scores.length).toArray() : negativesOf(token);
        return switch (config.kind()) {
            case CE, SSM, SCE -> softmax(scores, target, negatives);
            case CE_ETA -> {
                double least = own - config.eta() * Math.abs(own);
                double sum = 0;
                for (double score : scores) {
                    sum += score >= least ? Math.exp(score) : 0;
                }
                yield -own + Math.log(sum);
            }
            case NCE, NEG, BCE -> {
                double loss = -Math.log(sigmoid(own - shift(target)));
                for (int row : negatives) {
                    loss -= row == target || row < 0 ? 0 : Math.log(1 - sigmoid(scores[row] - shift(row)));
                }
                yield loss;
            }
            case BPR -> negatives[0] < 0 ? 0 : -Math.log(sigmoid(own - scores[negatives[0]]));
        };
    }

    private double softmax(double[] scores, int target, int[] negatives) {
        double sum = 0;
        for (int row : negatives) {
            sum += row == target ? 0 : alpha(row) * Math.exp(scores[row]);
        }
        return -scores[target] + Math.log(Math.exp(scores[target]) + sum);
    }

    private double alpha(int row) {
        if (all) {
            return 1;
        }
        double others = q.length - 1;
        double alpha = config.alpha() == LossConfig.AUTO_ALPHA ? others / config.negatives() : config.alpha();
        return config.popularityPower() == 0 ? alpha : alpha / (others * q[row]);
    }

    private int[] negativesOf(int token) {
        int k = config.negatives();
        int first = switch (config.sampling()) {
            case ALL, BATCH -> 0;
            case GROUP -> chunkOfToken[token] * k;
            case POSITION -> token * k;
        };
        return IntStream.range(first, first + k).map(draw -> draws[draw]).toArray();
    }

    /** Returns NCE's term c + log(K q). Without it, NCE becomes NEG or BCE. */
    private double shift(int row) {
        if (config.kind() != LossConfig.Kind.NCE) {
            return 0;
        }
        return config.c() + (all ? 0 : Math.log(config.negatives() * q[row]));
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
