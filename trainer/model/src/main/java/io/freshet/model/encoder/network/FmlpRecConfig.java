package io.freshet.model.encoder.network;

import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.EncoderType;
import io.freshet.model.encoder.EncoderTypes;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.ParameterLayout.Norm;
import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.SequenceStates;
import io.freshet.model.encoder.layer.AffineMap;
import io.freshet.model.encoder.layer.FeedForward;
import io.freshet.model.encoder.layer.LearnedFilter;
import io.freshet.model.encoder.layer.PaddedInput;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Products;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The shape of {@link FmlpRec}, which has one state for each sequence and pads sequences to {@code maxLength}.
 *
 * @param dim width of an item's vector and of a state, a multiple of {@link Lanes#WIDTH}
 * @param maxLength number of items that the encoder sees; older ones are cut off
 * @param blocks number of blocks, each with a filter and a feed-forward network
 */
public record FmlpRecConfig(int dim, int maxLength, int blocks) implements EncoderShape {
    private static final String NAME = "fmlprec";
    private static final String BLOCKS = "blocks";

    public FmlpRecConfig {
        EncoderTypes.requireDim(dim);
        EncoderTypes.requireMaxLength(maxLength);
        if (blocks < 1) {
            throw new IllegalArgumentException("blocks must be positive: blocks=" + blocks);
        }
    }

    /** FMLP-Rec as a plug-in. */
    public static final class Type implements EncoderType {
        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Set<String> settings() {
            return Set.of(BLOCKS);
        }

        @Override
        public EncoderShape shape(Map<String, Object> settings) {
            return new FmlpRecConfig(
                    EncoderType.required(settings, EncoderTypes.DIM),
                    EncoderType.required(settings, EncoderTypes.MAX_LENGTH),
                    EncoderType.required(settings, BLOCKS));
        }
    }

    /** The parameters of a block. The filter is W of {@link LearnedFilter}. */
    record Block(Parameter filter, Norm filterNorm, FeedForward.Parameters feedForward) {}

    /** All parameters. */
    record Parameters(ParameterLayout all, PaddedInput.Parameters input, List<Block> blocks) {}

    Parameters parameters() {
        ParameterLayout all = new ParameterLayout();
        PaddedInput.Parameters input = PaddedInput.Parameters.of(all, maxLength, dim);
        List<Block> laidOut = new ArrayList<>();
        for (int i = 0; i < blocks; i++) {
            String prefix = "blocks." + i + ".";
            laidOut.add(new Block(
                    all.add(prefix + "filter", LearnedFilter.weightRows(maxLength), dim),
                    all.norm(prefix + "filter_norm", dim),
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

    /** Draws weights, filters, positions and the pad's row from N(0, .02²). Sets biases to 0 and gains to 1. */
    @Override
    public void initialize(long seed, MemorySegment weights) {
        PaddedInput.initialize(layout(), seed, weights);
    }

    @Override
    public void transposeWeights(MemorySegment weights, MemorySegment transposed) {
        for (Block block : parameters().blocks()) {
            block.feedForward().linears().forEach(linear -> AffineMap.transpose(linear.weight(), weights, transposed));
        }
    }

    @Override
    public Encoder training(Products products, int capacity) {
        return FmlpRec.training(this, products, capacity);
    }

    @Override
    public HistoryEncoder serving(Products products, int capacity) {
        return new SequenceStates(FmlpRec.serving(this, products, capacity));
    }

    /**
     * Counts {@code (b - 1) (2 L² d + 16 L d²) + 2 L d + 16 d²} for each sequence, with b blocks and L places: the
     * convolution and the feed-forward network's two maps. The last block computes only one place.
     */
    @Override
    public double flops(SequenceBatch batch) {
        double places = maxLength;
        double full = 2 * places * places * dim + FeedForward.Parameters.flops(places, dim);
        double last = 2 * places * dim + FeedForward.Parameters.flops(1, dim);
        return batch.sequences() * ((blocks - 1) * full + last);
    }
}
