package io.freshet.model.encoder.network;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.ParameterBlocks;
import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.layer.Chunk;
import io.freshet.model.encoder.layer.FeedForward;
import io.freshet.model.encoder.layer.LowPassFilter;
import io.freshet.model.encoder.layer.PaddedInput;
import io.freshet.model.encoder.layer.ResidualNorm;
import io.freshet.model.encoder.layer.RowNumbers;
import io.freshet.model.encoder.layer.ScratchMemory;
import io.freshet.model.encoder.layer.SelfAttention;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * BSARec (Shin et al., "An Attentive Inductive Bias for Sequential Recommendation beyond the Self-Attention", AAAI
 * 2024) over a chunk of sequences that are padded on the left to L places. With S sequences of width d:
 *
 * <pre>
 * X = dropout(norm(R + P))                                                      (S L, d), see {@link PaddedInput}
 * each block:
 *   F = norm(X + dropout(low(X) + β² ∘ (X - low(X))))                                   see {@link LowPassFilter}
 *   G = norm(X + dropout(attention(X)·Wo + bo))                                         see {@link SelfAttention}
 *   Z = α F + (1 - α) G
 *   X = norm(Z + dropout(gelu(Z·W1 + b1)·W2 + b2))                                        see {@link FeedForward}
 * H = X at the last place of each sequence                                                                 (S, d)
 * </pre>
 *
 * <p>α is {@value #ALPHA}, and the filter keeps the lowest {@value #FREQUENCIES} frequencies, which is c = 5 of the
 * paper. Norms have an epsilon of 1e-8, not the authors' 1e-12. The filter sees all places, so only the state at the
 * last place does not see its own target. The last block therefore computes only the last place of each sequence.
 *
 * <p>Between the passes it keeps what {@link SelfAttention} and {@link FeedForward} keep, and x̂ of the norms.
 */
final class BsaRec implements Encoder {
    private static final float ALPHA = .7f;
    static final int FREQUENCIES = 3;

    private final int length; // L
    private final int d;
    private final int capacity; // places
    private final ScratchMemory memory = new ScratchMemory();
    private final PaddedInput input;
    private final LowPassFilter filter;
    private final List<Block> blocks = new ArrayList<>();
    private final Matrix x; // (S L, d): a block's input
    private final Matrix z; // (S L, d): F, then Z; in the backward pass the gradient of X and Z
    private final Matrix g; // (S L, d): G; in the backward pass its gradient
    private final Matrix last; // (S, d): H
    private final Matrix lastX; // (S, d): the last places of the last block's input
    private final Matrix lastZ; // (S, d): F, then Z of the last block; in the backward pass its gradient
    private final Matrix lastG; // (S, d): G of the last block; in the backward pass its gradient
    private final Matrix df; // (L, d): gradient of the filter's result
    private final Matrix tile; // (rows of a tile, d): G, computed again
    private Chunk chunk = Chunk.NONE; // of the last forward pass

    /** Creates an instance for training. */
    static BsaRec training(BsaRecConfig config, Products products, int capacity) {
        return new BsaRec(config, products, capacity, true);
    }

    /** Creates an instance for forward passes only, whose blocks share their memory. */
    static BsaRec serving(BsaRecConfig config, Products products, int capacity) {
        return new BsaRec(config, products, capacity, false);
    }

    private BsaRec(BsaRecConfig config, Products products, int capacity, boolean learns) {
        this.length = config.maxLength();
        this.d = config.dim();
        this.capacity = capacity;
        int sequences = capacity / length;
        BsaRecConfig.Parameters parameters = config.parameters();
        input = new PaddedInput(parameters.input(), length, d, capacity, memory);
        filter = new LowPassFilter(products, length, FREQUENCIES, d, memory);
        var attention = new SelfAttention.Shared(capacity, d, config.heads(), length, products, memory);
        FeedForward.Tiles tiles = FeedForward.Tiles.allocate(d, memory);
        Kept shared = null;
        for (int i = 0; i < parameters.blocks().size(); i++) {
            boolean isLast = i + 1 == parameters.blocks().size();
            Kept kept = shared;
            if (isLast) {
                kept = new Kept(sequences, capacity, config, memory);
            } else if (learns || kept == null) {
                kept = new Kept(capacity, capacity, config, memory);
                shared = kept;
            }
            blocks.add(new Block(parameters.blocks().get(i), kept, products, attention, tiles));
        }
        x = memory.matrix(capacity, d);
        z = memory.matrix(capacity, d);
        g = memory.matrix(capacity, d);
        last = memory.matrix(sequences, d);
        lastX = memory.matrix(sequences, d);
        lastZ = memory.matrix(sequences, d);
        lastG = memory.matrix(sequences, d);
        df = memory.matrix(length, d);
        tile = memory.matrix(FeedForward.TILE, d);
    }

    /** Results of a block's forward pass that are kept for its backward pass. */
    private static final class Kept {
        final SelfAttention.Kept attention;
        final Matrix a; // (results, 4 d)
        final Matrix filterNormalized; // (results, d): x̂ of F's norm
        final Matrix forwardNormalized; // (results, d): x̂ of the result's norm

        /** Allocates memory for a block that computes {@code results} rows from {@code rows} rows of input. */
        Kept(int results, int rows, BsaRecConfig config, ScratchMemory memory) {
            int d = config.dim();
            attention = new SelfAttention.Kept(results, rows, d, config.heads(), config.maxLength(), memory);
            a = memory.matrix(results, FeedForward.WIDE * d);
            filterNormalized = memory.matrix(results, d);
            forwardNormalized = memory.matrix(results, d);
        }
    }

    private static final class Block {
        final Parameter beta;
        final ResidualNorm filterNorm;
        final SelfAttention attention;
        final FeedForward feedForward;

        Block(
                BsaRecConfig.Block p,
                Kept kept,
                Products products,
                SelfAttention.Shared shared,
                FeedForward.Tiles tiles) {
            beta = p.beta();
            filterNorm = new ResidualNorm(p.filterNorm(), kept.filterNormalized);
            attention = new SelfAttention(p.attention(), true, kept.attention, shared);
            FeedForward.Parameters network = p.feedForward();
            ResidualNorm norm = new ResidualNorm(network.norm(), kept.forwardNormalized);
            feedForward = new FeedForward(products, network, norm, kept.a, tiles);
        }
    }

    @Override
    public void beginStep(float dropout, long seed, long step) {
        input.dropBy(Dropout.of(dropout, seed, step, Purpose.DROPOUT_INPUT, 0));
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            block.filterNorm.dropBy(Dropout.of(dropout, seed, step, Purpose.DROPOUT_HIDDEN, 2 * i));
            block.attention.norm().dropBy(Dropout.of(dropout, seed, step, Purpose.DROPOUT_HIDDEN, 2 * i + 1));
            block.attention.dropBy(Dropout.of(dropout, seed, step, Purpose.DROPOUT_ATTENTION, i));
            block.feedForward.norm().dropBy(Dropout.of(dropout, seed, step, Purpose.DROPOUT_OUTPUT, i));
        }
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public Matrix forward(SequenceBatch batch, int first, int last, RowTable items, MemorySegment weights) {
        chunk = new Chunk(batch, first, last);
        RowNumbers places = chunk.numbers();
        int rows = input.forward(chunk, items, weights, x);
        for (Block block : blocks.subList(0, blocks.size() - 1)) {
            Matrix beta = block.beta.in(weights);
            for (int row = 0; row < rows; row += length) {
                filter.forward(x.rows(row, length), 0, beta, z.rows(row, length));
            }
            block.filterNorm.forward(x, rows, places, weights, z);
            block.attention.forward(chunk, x, weights, g);
            mix(z, g, rows);
            block.feedForward.forward(z, rows, places, weights, x);
        }
        forwardLast(blocks.getLast(), weights);
        return this.last;
    }

    private void forwardLast(Block block, MemorySegment weights) {
        int sequences = chunk.sequences();
        RowNumbers lastPlaces = chunk.lastNumbers();
        gatherLast(sequences);
        Matrix beta = block.beta.in(weights);
        for (int s = 0; s < sequences; s++) {
            filter.forward(x.rows(s * length, length), length - 1, beta, lastZ.rows(s, 1));
        }
        block.filterNorm.forward(lastX, sequences, lastPlaces, weights, lastZ);
        block.attention.forwardLast(chunk, x, lastX, weights, lastG);
        mix(lastZ, lastG, sequences);
        block.feedForward.forward(lastZ, sequences, lastPlaces, weights, last);
    }

    private void gatherLast(int sequences) {
        for (int s = 0; s < sequences; s++) {
            long at = x.at(s * length + length - 1);
            MemorySegment.copy(x.memory(), at, lastX.memory(), lastX.at(s), (long) d * Float.BYTES);
        }
    }

    /** {@code z = α z + (1 - α) g}. */
    private void mix(Matrix z, Matrix g, int rows) {
        for (int row = 0; row < rows; row++) {
            mixRow(z.memory(), z.at(row), g.memory(), g.at(row), (long) d * Float.BYTES);
        }
    }

    private static void mixRow(MemorySegment z, long zAt, MemorySegment g, long gAt, long bytes) {
        for (long i = 0; i < bytes; i += Lanes.BYTES) {
            var share = Lanes.load(g, gAt + i).mul(1 - ALPHA);
            Lanes.store(Lanes.load(z, zAt + i).mul(ALPHA).add(share), z, zAt + i);
        }
    }

    @Override
    public void backward(
            SequenceBatch batch,
            Matrix dHidden,
            MemorySegment weights,
            MemorySegment transposed,
            MemorySegment gradients,
            Matrix dItems) {
        ParameterBlocks parameters = new ParameterBlocks(weights, transposed, gradients);
        int rows = chunk.sequences() * length;
        RowNumbers places = chunk.numbers();
        Matrix dx = z;
        backwardLast(dHidden, dx, parameters);
        for (int i = blocks.size() - 2; i >= 0; i--) {
            Block block = blocks.get(i);
            restoreInput(i, rows, weights);
            FeedForward.Restorable restorable = (first, n, w, to) -> restoreZ(block, first, n, w, to);
            block.feedForward.backward(restorable, dx, rows, places, parameters);
            split(dx, g, rows);
            block.attention.backward(chunk, x, g, parameters);
            block.filterNorm.backward(dx, rows, parameters);
            Matrix beta = block.beta.in(weights);
            Matrix dBeta = block.beta.in(gradients);
            for (int row = 0; row < rows; row += length) {
                block.filterNorm.backwardDropout(dx, row, length, places, df);
                filter.backward(x.rows(row, length), 0, beta, df, dBeta, dx.rows(row, length));
            }
            add(g, rows, dx);
        }
        input.backward(chunk, dx, parameters, dItems);
    }

    /** Writes the gradient of the last block's input (S L, d) to {@code dx}. */
    private void backwardLast(Matrix dHidden, Matrix dx, ParameterBlocks parameters) {
        Block block = blocks.getLast();
        int sequences = chunk.sequences();
        int rows = sequences * length;
        RowNumbers lastPlaces = chunk.lastNumbers();
        restoreInput(blocks.size() - 1, rows, parameters.weights());
        gatherLast(sequences);
        FeedForward.Restorable restorable = (first, n, w, to) -> restoreZ(block, first, n, w, to);
        block.feedForward.backward(restorable, dHidden, sequences, lastPlaces, parameters);
        split(dHidden, lastG, sequences);
        dx.memory().asSlice(dx.at(0), (long) rows * d * Float.BYTES).fill((byte) 0);
        block.attention.backwardLast(chunk, x, lastX, lastG, dx, parameters);
        block.filterNorm.backward(dHidden, sequences, parameters);
        block.filterNorm.backwardDropout(dHidden, 0, sequences, lastPlaces, lastZ);
        add(lastG, sequences, dHidden);
        Matrix beta = block.beta.in(parameters.weights());
        Matrix dBeta = block.beta.in(parameters.gradients());
        for (int s = 0; s < sequences; s++) {
            int row = s * length;
            filter.backward(x.rows(row, length), length - 1, beta, lastZ.rows(s, 1), dBeta, dx.rows(row, length));
            Rows.add(dHidden.memory(), dHidden.at(s), dx.memory(), dx.at(row + length - 1), d);
        }
    }

    /** Computes rows of Z again. */
    private void restoreZ(Block block, int first, int rows, MemorySegment weights, Matrix to) {
        block.filterNorm.restore(first, rows, weights, to);
        block.attention.norm().restore(first, rows, weights, tile);
        mix(to, tile, rows);
    }

    /** Replaces the gradient of Z by that of F, and writes the gradient of G to {@code dg}. */
    private void split(Matrix dz, Matrix dg, int rows) {
        for (int row = 0; row < rows; row++) {
            Rows.scale(dz.memory(), dz.at(row), 1 - ALPHA, dg.memory(), dg.at(row), d);
            Rows.scale(dz.memory(), dz.at(row), ALPHA, dz.memory(), dz.at(row), d);
        }
    }

    private void add(Matrix from, int rows, Matrix to) {
        for (int row = 0; row < rows; row++) {
            Rows.add(from.memory(), from.at(row), to.memory(), to.at(row), d);
        }
    }

    /** Computes the input of block {@code i} again and writes it to {@link #x}. */
    private void restoreInput(int i, int rows, MemorySegment weights) {
        if (i == 0) {
            input.restore(0, rows, weights, x);
        } else {
            blocks.get(i - 1).feedForward.norm().restore(0, rows, weights, x);
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
