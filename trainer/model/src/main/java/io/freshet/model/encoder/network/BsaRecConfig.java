package io.freshet.model.encoder.network;

import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.EncoderType;
import io.freshet.model.encoder.EncoderTypes;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.ParameterLayout.Linear;
import io.freshet.model.encoder.ParameterLayout.Norm;
import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.SequenceStates;
import io.freshet.model.encoder.layer.AffineMap;
import io.freshet.model.encoder.layer.FeedForward;
import io.freshet.model.encoder.layer.LowPassFilter;
import io.freshet.model.encoder.layer.PaddedInput;
import io.freshet.model.encoder.layer.SelfAttention;
import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The shape of {@link BsaRec}, which has one state for each sequence and pads sequences to {@code maxLength}.
 *
 * @param dim width of an item's vector and of a state, a multiple of {@link Lanes#WIDTH}
 * @param maxLength number of items that the encoder sees; older ones are cut off
 * @param blocks number of blocks, each with a filter beside attention, and a feed-forward network
 * @param heads number of attention heads in a block
 */
public record BsaRecConfig(int dim, int maxLength, int blocks, int heads) implements EncoderShape {
    private static final String NAME = "bsarec";
    private static final String BLOCKS = "blocks";
    private static final String HEADS = "heads";

    public BsaRecConfig {
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

    /** BSARec as a plug-in. */
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
            return new BsaRecConfig(
                    EncoderType.required(settings, EncoderTypes.DIM),
                    EncoderType.required(settings, EncoderTypes.MAX_LENGTH),
                    EncoderType.required(settings, BLOCKS),
                    EncoderType.required(settings, HEADS));
        }
    }

    /** The parameters of a block. β (1, d) is that of {@link LowPassFilter}. */
    record Block(
            Parameter beta, Norm filterNorm, SelfAttention.Parameters attention, FeedForward.Parameters feedForward) {
        List<Linear> linears() {
            List<Linear> linears = new ArrayList<>(attention.linears());
            linears.addAll(feedForward.linears());
            return linears;
        }
    }

    /** All parameters. */
    record Parameters(ParameterLayout all, PaddedInput.Parameters input, List<Block> blocks) {}

    Parameters parameters() {
        ParameterLayout all = new ParameterLayout();
        PaddedInput.Parameters input = PaddedInput.Parameters.of(all, maxLength, dim);
        List<Block> laidOut = new ArrayList<>();
        for (int i = 0; i < blocks; i++) {
            String prefix = "blocks." + i + ".";
            laidOut.add(new Block(
                    all.add(prefix + "beta", 1, dim),
                    all.norm(prefix + "filter_norm", dim),
                    SelfAttention.Parameters.of(all, prefix, dim),
                    FeedForward.Parameters.of(all, prefix, dim)));
        }
        return new Parameters(all, input, laidOut);
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
    public boolean predictsEveryPosition() {
        return false;
    }

    @Override
    public int places(int length) {
        return maxLength;
    }

    @Override
    public ParameterLayout layout() {
        return parameters().all();
    }

    /** Draws weights, positions and the pad's row from N(0, .02²), and β from N(0, 1). Sets biases to 0 and gains to 1. */
    @Override
    public void initialize(long seed, MemorySegment weights) {
        PaddedInput.initialize(layout(), seed, weights);
        for (Block block : parameters().blocks()) {
            Parameter beta = block.beta();
            Matrix row = beta.in(weights);
            for (int c = 0; c < dim; c++) {
                row.set(0, c, CounterRandom.normal(seed, beta.start(), Purpose.INITIAL_WEIGHTS, c));
            }
        }
    }

    @Override
    public void transposeWeights(MemorySegment weights, MemorySegment transposed) {
        for (Block block : parameters().blocks()) {
            block.linears().forEach(linear -> AffineMap.transpose(linear.weight(), weights, transposed));
        }
    }

    @Override
    public Encoder training(Products products, int capacity) {
        return BsaRec.training(this, products, capacity);
    }

    @Override
    public HistoryEncoder serving(Products products, int capacity) {
        return new SequenceStates(BsaRec.serving(this, products, capacity));
    }

    /**
     * Counts {@code 24 L d² + 4 r L d + 4 (L - n) L d + 2 n (n + 1) d} for each block and sequence of n items in L places:
     * the maps, the filter of rank r, and the attention of pads and of items. The last block computes only one place, from
     * the keys and values of the items: {@code 4 n d² + 20 d² + 2 r (L + 1) d + 4 n d}.
     */
    @Override
    public double flops(SequenceBatch batch) {
        double d = dim;
        double l = maxLength;
        double rank = LowPassFilter.rank(maxLength, BsaRec.FREQUENCIES);
        double flops = 0;
        for (int s = 0; s < batch.sequences(); s++) {
            double n = batch.start(s + 1) - batch.start(s);
            double attention = 4 * (l - n) * l * d + 2 * n * (n + 1) * d;
            double full = 8 * l * d * d + attention + 4 * rank * l * d + FeedForward.Parameters.flops(l, d);
            double last = 4 * (n + 1) * d * d + 4 * n * d + 2 * rank * (l + 1) * d + FeedForward.Parameters.flops(1, d);
            flops += (blocks - 1) * full + last;
        }
        return flops;
    }
}
