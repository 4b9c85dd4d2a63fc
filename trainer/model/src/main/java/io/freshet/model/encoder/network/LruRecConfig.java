package io.freshet.model.encoder.network;

import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.EncoderType;
import io.freshet.model.encoder.EncoderTypes;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.LastStates;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.ParameterLayout.Linear;
import io.freshet.model.encoder.ParameterLayout.Norm;
import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.layer.AffineMap;
import io.freshet.model.encoder.layer.FeedForward;
import io.freshet.model.encoder.layer.LinearRecurrence;
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
 * The shape of {@link LruRec}.
 *
 * @param dim width of an item's vector and of a state, a multiple of {@link Lanes#WIDTH}
 * @param maxLength number of items that the encoder sees; older ones are cut off
 * @param blocks number of blocks, each with a recurrence and a feed-forward network
 */
public record LruRecConfig(int dim, int maxLength, int blocks) implements EncoderShape {
    private static final String NAME = "lrurec";
    private static final String BLOCKS = "blocks";

    /** Number of complex numbers in a state for each float of an item's vector. */
    private static final int STATES = 2;

    /**
     * Width of the feed-forward network's hidden layer, and of a state's real and imaginary parts together, in multiples of
     * {@code dim}.
     */
    static final int WIDE = 4;

    /** Standard deviation of the initial weights. Values beyond two standard deviations are drawn again. */
    private static final float DEVIATION = .02f;

    public LruRecConfig {
        EncoderTypes.requireDim(dim);
        EncoderTypes.requireMaxLength(maxLength);
        if (blocks < 1) {
            throw new IllegalArgumentException("blocks must be positive: blocks=" + blocks);
        }
    }

    /** LRURec as a plug-in. */
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
            return new LruRecConfig(
                    EncoderType.required(settings, EncoderTypes.DIM),
                    EncoderType.required(settings, EncoderTypes.MAX_LENGTH),
                    EncoderType.required(settings, BLOCKS));
        }
    }

    /**
     * The parameters of a block: the map into the recurrence (d, 4 d), the map out of it (4 d, d), and the feed-forward
     * network's.
     */
    record Block(
            LinearRecurrence.Parameters recurrence,
            Linear in,
            Linear out,
            Norm recurrenceNorm,
            FeedForward.Parameters feedForward) {
        List<Linear> linears() {
            return List.of(in, out, feedForward.hidden(), feedForward.projection());
        }
    }

    /** All parameters. */
    record Parameters(ParameterLayout all, Norm inputNorm, List<Block> blocks) {}

    Parameters parameters() {
        ParameterLayout all = new ParameterLayout();
        Norm inputNorm = all.norm("input_norm", dim);
        List<Block> laidOut = new ArrayList<>();
        for (int i = 0; i < blocks; i++) {
            String prefix = "blocks." + i + ".";
            laidOut.add(new Block(
                    new LinearRecurrence.Parameters(
                            all.add(prefix + "nu", 1, STATES * dim),
                            all.add(prefix + "theta", 1, STATES * dim),
                            all.add(prefix + "log_gamma", 1, STATES * dim)),
                    all.linear(prefix + "in", dim, WIDE * dim),
                    all.linear(prefix + "out", WIDE * dim, dim),
                    all.norm(prefix + "recurrence_norm", dim),
                    FeedForward.Parameters.of(all, prefix, dim)));
        }
        return new Parameters(all, inputNorm, laidOut);
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
    public ParameterLayout layout() {
        return parameters().all();
    }

    /**
     * Draws λ from a ring in the complex plane, and weights from a normal distribution of deviation .02 that is cut off at
     * two deviations. Sets biases to 0 and gains to 1.
     */
    @Override
    public void initialize(long seed, MemorySegment weights) {
        weights.fill((byte) 0);
        Parameters p = parameters();
        setGain(p.inputNorm(), weights);
        for (Block block : p.blocks()) {
            LinearRecurrence.Parameters recurrence = block.recurrence();
            recurrence.initialize(
                    i -> CounterRandom.uniform(seed, recurrence.nu().start(), Purpose.INITIAL_WEIGHTS, i), weights);
            setGain(block.recurrenceNorm(), weights);
            setGain(block.feedForward().norm(), weights);
            for (Linear linear : block.linears()) {
                drawNormal(seed, linear.weight(), weights);
            }
        }
    }

    private static void setGain(Norm norm, MemorySegment weights) {
        Matrix gain = norm.gain().in(weights);
        for (int i = 0; i < norm.gain().columns(); i++) {
            gain.set(0, i, 1f);
        }
    }

    private static void drawNormal(long seed, Parameter p, MemorySegment weights) {
        Matrix matrix = p.in(weights);
        long draw = 0;
        for (int i = 0; i < p.size(); i++) {
            float value;
            do {
                value = CounterRandom.normal(seed, p.start(), Purpose.INITIAL_WEIGHTS, draw);
                draw++;
            } while (Math.abs(value) > 2);
            matrix.set(i / p.columns(), i % p.columns(), DEVIATION * value);
        }
    }

    @Override
    public void transposeWeights(MemorySegment weights, MemorySegment transposed) {
        for (Block block : parameters().blocks()) {
            block.linears().forEach(linear -> AffineMap.transpose(linear.weight(), weights, transposed));
        }
    }

    @Override
    public Encoder training(Products products, int chunkTokens) {
        return new LruRec(this, products, chunkTokens);
    }

    @Override
    public HistoryEncoder serving(Products products, int tokens) {
        return new LastStates(training(products, tokens), dim);
    }

    /** Returns {@code b · n · 32 d²} for b blocks and n tokens: four maps between d and 4 d. */
    @Override
    public double flops(SequenceBatch batch) {
        return (double) blocks * batch.tokens() * 32 * dim * dim;
    }
}
