package io.freshet.model.encoder.network;

import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.EncoderType;
import io.freshet.model.encoder.EncoderTypes;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.ParameterLayout.Linear;
import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.layer.AffineMap;
import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The shape of {@link Gru4Rec}.
 *
 * @param dim width of an item's vector and of the state, a multiple of {@link Lanes#WIDTH}
 * @param maxLength number of items that the encoder sees; older ones are cut off
 */
public record Gru4RecConfig(int dim, int maxLength) implements EncoderShape {
    private static final String NAME = "gru4rec";

    /**
     * Number of maps that lie side by side in each stacked map of a GRU: of the reset gate, the update gate and the
     * candidate.
     */
    static final int GATES = 3;

    public Gru4RecConfig {
        EncoderTypes.requireDim(dim);
        EncoderTypes.requireMaxLength(maxLength);
    }

    /** GRU4Rec as a plug-in. */
    public static final class Type implements EncoderType {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Set<String> settings() {
            return Set.of();
        }

        @Override
        public EncoderShape shape(Map<String, Object> settings) {
            return new Gru4RecConfig(
                    EncoderType.required(settings, EncoderTypes.DIM),
                    EncoderType.required(settings, EncoderTypes.MAX_LENGTH));
        }
    }

    /**
     * The parameters.
     *
     * @param input maps of the item (d, 3 d), for the reset gate, the update gate and the candidate
     * @param recurrent maps of the previous state (d, 3 d), in the same order
     * @param output map of the state to the vector that scores items (d, d)
     * @param initial state before the first item (1, d)
     */
    record Parameters(ParameterLayout all, Parameter input, Parameter recurrent, Linear output, Parameter initial) {}

    Parameters parameters() {
        ParameterLayout all = new ParameterLayout();
        return new Parameters(
                all,
                all.add("input.weight", dim, GATES * dim),
                all.add("recurrent.weight", dim, GATES * dim),
                all.linear("output", dim, dim),
                all.add("initial", 1, dim));
    }

    @Override
    public String type() {
        return NAME;
    }

    @Override
    public Map<String, Object> describe() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put(EncoderTypes.DIM, dim);
        settings.put(EncoderTypes.MAX_LENGTH, maxLength);
        return settings;
    }

    @Override
    public ParameterLayout layout() {
        return parameters().all();
    }

    /**
     * Draws each stacked map uniformly as Glorot and Bengio (AISTATS 2010) draw one layer, and the output map uniformly from
     * ±1 / √d. The initial state is zero.
     */
    @Override
    public void initialize(long seed, MemorySegment weights) {
        Parameters p = parameters();
        float xavier = (float) Math.sqrt(6.0 / (dim + GATES * dim));
        drawUniform(seed, p.input(), xavier, weights);
        drawUniform(seed, p.recurrent(), xavier, weights);
        float bound = (float) (1 / Math.sqrt(dim));
        drawUniform(seed, p.output().weight(), bound, weights);
        drawUniform(seed, p.output().bias(), bound, weights);
        drawUniform(seed, p.initial(), 0, weights);
    }

    private static void drawUniform(long seed, Parameter p, float bound, MemorySegment weights) {
        Matrix matrix = p.in(weights);
        for (int i = 0; i < p.size(); i++) {
            float share = CounterRandom.uniform(seed, p.start(), Purpose.INITIAL_WEIGHTS, i);
            matrix.set(i / p.columns(), i % p.columns(), bound * (2 * share - 1));
        }
    }

    @Override
    public void transposeWeights(MemorySegment weights, MemorySegment transposed) {
        Parameters p = parameters();
        AffineMap.transpose(p.input(), weights, transposed);
        AffineMap.transpose(p.recurrent(), weights, transposed);
        AffineMap.transpose(p.output().weight(), weights, transposed);
    }

    @Override
    public Encoder training(Products products, int chunkTokens) {
        return new Gru4Rec(this, products, chunkTokens);
    }

    @Override
    public HistoryEncoder serving(Products products, int tokens) {
        return new Gru4RecHistoryEncoder(this, products, tokens);
    }

    /**
     * Returns {@code n · 14 d² - 6 d²} for each sequence of n tokens: two stacked maps and the output map. The initial state,
     * which all sequences share, is mapped once.
     */
    @Override
    public double flops(SequenceBatch batch) {
        double square = (double) dim * dim;
        return batch.tokens() * 14 * square - batch.sequences() * 6 * square;
    }
}
