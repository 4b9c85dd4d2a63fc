package io.freshet.training.learner;

import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.network.Bert4RecConfig;
import io.freshet.model.encoder.network.BsaRecConfig;
import io.freshet.model.encoder.network.FmlpRecConfig;
import io.freshet.model.encoder.network.Gru4RecConfig;
import io.freshet.model.encoder.network.LruRecConfig;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.training.loss.NaiveLosses;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;

/**
 * The oracle: an encoder and the losses in scalar double precision, one token after another, written from the formulas
 * rather than the kernels. Gradients come from central differences.
 */
public abstract class NaiveEncoder {
    final EncoderShape shape;
    final Map<String, ParameterLayout.Parameter> parameters = new HashMap<>();
    final double[] dense;
    final double[][] items; // (rows, d)
    float dropout;
    long seed;
    long step;
    IntToDoubleFunction weightOfToken = token -> 1;
    int batchTokens; // tokens of all sequences, by which attention masks are numbered
    int dropped; // number of elements that the masks set to zero

    NaiveEncoder(RecommenderModel model) {
        shape = model.config().encoder();
        dense = new double[model.denseSize()];
        for (ParameterLayout.Parameter p : model.layout().parameters()) {
            parameters.put(p.name(), p);
        }
        for (int i = 0; i < dense.length; i++) {
            dense[i] = model.dense().getAtIndex(ValueLayout.JAVA_FLOAT, i);
        }
        items = new double[model.vocabulary().size()][shape.dim()];
        for (int row = 0; row < items.length; row++) {
            for (int c = 0; c < shape.dim(); c++) {
                items[row][c] = model.items()
                        .memory(row)
                        .get(ValueLayout.JAVA_FLOAT, model.items().at(row) + 4L * c);
            }
        }
    }

    /** Returns the oracle of the model's encoder. */
    public static NaiveEncoder of(RecommenderModel model) {
        return switch (model.config().encoder()) {
            case SasRecConfig config -> new NaiveSasRec(model, config);
            case Gru4RecConfig _ -> new NaiveGru4Rec(model);
            case LruRecConfig config -> new NaiveLruRec(model, config);
            case FmlpRecConfig config -> new NaiveFmlpRec(model, config);
            case Bert4RecConfig config -> new NaiveBert4Rec(model, config);
            case BsaRecConfig config -> new NaiveBsaRec(model, config);
            default -> throw new IllegalArgumentException(model.config().toString());
        };
    }

    /** Returns the states after each input, (n, d). {@code firstToken} is the number of the first input in the batch. */
    public abstract double[][] encode(int[] inputs, int firstToken);

    final int start(String name) {
        return Objects.requireNonNull(parameters.get(name), name).start();
    }

    /** Applies an affine map. The length of the bias determines the width of the result. */
    final double[][] linear(double[][] x, String name) {
        int weight = start(name + ".weight");
        int bias = start(name + ".bias");
        int out = Objects.requireNonNull(parameters.get(name + ".bias")).columns();
        double[][] y = new double[x.length][out];
        for (int t = 0; t < x.length; t++) {
            for (int c = 0; c < out; c++) {
                y[t][c] = dense[bias + c];
                for (int i = 0; i < x[t].length; i++) {
                    y[t][c] += x[t][i] * dense[weight + i * out + c];
                }
            }
        }
        return y;
    }

    final double[][] norm(double[][] x, String name) {
        int d = shape.dim();
        int gain = start(name + ".gain");
        int bias = start(name + ".bias");
        double[][] y = new double[x.length][d];
        for (int t = 0; t < x.length; t++) {
            double mean = 0;
            for (double value : x[t]) {
                mean += value / d;
            }
            double variance = 0;
            for (double value : x[t]) {
                variance += (value - mean) * (value - mean) / d;
            }
            for (int c = 0; c < d; c++) {
                y[t][c] = (x[t][c] - mean) / Math.sqrt(variance + 1e-8) * dense[gain + c] + dense[bias + c];
            }
        }
        return y;
    }

    final double drop(double x, Purpose purpose, int layer, int element) {
        if (dropout == 0) {
            return x;
        }
        int hash = element * 0x9E3779B9 + (int) CounterRandom.bits(seed, step, purpose, layer);
        hash = (hash ^ (hash >>> 16)) * 0x7feb352d;
        hash = (hash ^ (hash >>> 15)) * 0x846ca68b;
        if ((hash >>> 8) / (double) (1 << 24) < dropout) {
            dropped++;
            return 0;
        }
        return x / (1 - dropout);
    }

    public double score(double[] hidden, int row) {
        double s = 0;
        for (int c = 0; c < hidden.length; c++) {
            s += hidden[c] * items[row][c];
        }
        return s;
    }

    /** Returns the mean loss of the examples, weighted by the weights of their targets. */
    double loss(List<int[]> examples, NaiveLosses losses) {
        double sum = 0;
        double weightSum = 0;
        int tokens = 0;
        for (int[] rows : examples) {
            double[][] hidden = encode(Arrays.copyOf(rows, rows.length - 1), tokens);
            for (int t = 0; t + 1 < rows.length; t++) {
                double weight = weightOfToken.applyAsDouble(tokens + t);
                if (weight == 0) {
                    continue;
                }
                double[] scores = new double[items.length];
                for (int row = 0; row < items.length; row++) {
                    scores[row] = score(hidden[t], row);
                }
                sum += weight * losses.of(scores, rows[t + 1], tokens + t);
                weightSum += weight;
            }
            tokens += rows.length - 1;
        }
        return sum / weightSum;
    }

    /** Returns the derivative of the loss with respect to one number, by central differences. */
    double derivative(double[] block, int index, List<int[]> examples, NaiveLosses losses) {
        double h = 1e-5;
        double old = block[index];
        block[index] = old + h;
        double above = loss(examples, losses);
        block[index] = old - h;
        double below = loss(examples, losses);
        block[index] = old;
        return (above - below) / (2 * h);
    }

    /** Returns the rank of the target among the first {@code rows} items. Ties count against the target. */
    public int rank(int[] history, int target, int rows) {
        double[][] hidden = encode(history, 0);
        List<Integer> atLeast = new ArrayList<>();
        double own = score(hidden[history.length - 1], target);
        for (int row = 0; row < rows; row++) {
            if (row != target && score(hidden[history.length - 1], row) >= own) {
                atLeast.add(row);
            }
        }
        return atLeast.size() + 1;
    }
}
