package io.freshet.model.encoder.network;

import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.EncoderType;
import io.freshet.model.encoder.EncoderTypes;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Products;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The shape of {@link SasRec}.
 *
 * @param dim width of an item's vector and of every layer, a multiple of {@link Lanes#WIDTH}
 * @param maxLength number of positions that the encoder sees; older ones are cut off
 * @param blocks number of attention blocks
 * @param heads number of attention heads in a block
 */
public record SasRecConfig(int dim, int maxLength, int blocks, int heads) implements EncoderShape {
    private static final String NAME = "sasrec";
    private static final String BLOCKS = "blocks";
    private static final String HEADS = "heads";

    public SasRecConfig {
        EncoderTypes.requireDim(dim);
        EncoderTypes.requireMaxLength(maxLength);
        if (blocks < 1) {
            throw new IllegalArgumentException("blocks must be positive: blocks=" + blocks);
        }
        if (heads < 1 || dim % heads != 0 || dim / heads % Lanes.WIDTH != 0) {
            throw new IllegalArgumentException(
                    "heads must divide dim into multiples of " + Lanes.WIDTH + ": heads=" + heads + ", dim=" + dim);
        }
    }

    /** SASRec as a plug-in. */
    public static final class Type implements EncoderType {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Set<String> settings() {
            return Set.of(BLOCKS, HEADS);
        }

        @Override
        public EncoderShape shape(Map<String, Object> settings) {
            return new SasRecConfig(
                    EncoderType.required(settings, EncoderTypes.DIM),
                    EncoderType.required(settings, EncoderTypes.MAX_LENGTH),
                    EncoderType.required(settings, BLOCKS),
                    EncoderType.required(settings, HEADS));
        }
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
        settings.put(BLOCKS, blocks);
        settings.put(HEADS, heads);
        return settings;
    }

    @Override
    public ParameterLayout layout() {
        return new SasRecLayout(this).parameters();
    }

    @Override
    public void initialize(long seed, MemorySegment weights) {
        SasRec.initialize(layout(), seed, weights);
    }

    @Override
    public void transposeWeights(MemorySegment weights, MemorySegment transposed) {
        SasRec.transposeWeights(new SasRecLayout(this), weights, transposed);
    }

    @Override
    public Encoder training(Products products, int chunkTokens) {
        return new SasRec(this, products, chunkTokens);
    }

    @Override
    public HistoryEncoder serving(Products products, int tokens) {
        return new SasRecHistoryEncoder(this, products, tokens);
    }

    /**
     * Returns {@code b (6 n · 2 d² + 2 · 2 d · n (n + 1) / 2)} for b blocks and each sequence of n tokens. The first term
     * counts four projections and two layers, the second counts attention.
     */
    @Override
    public double flops(SequenceBatch batch) {
        double d = dim;
        double flops = 0;
        for (int s = 0; s < batch.sequences(); s++) {
            double n = batch.start(s + 1) - batch.start(s);
            flops += blocks * (12 * n * d * d + 2 * d * n * (n + 1));
        }
        return flops;
    }

    /** Returns the width of one head. */
    int headDim() {
        return dim / heads;
    }
}
