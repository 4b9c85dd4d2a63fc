package io.freshet.model.encoder.network;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.ParameterBlocks;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.layer.Chunk;
import io.freshet.model.encoder.layer.FeedForward;
import io.freshet.model.encoder.layer.MaskedInput;
import io.freshet.model.encoder.layer.ResidualNorm;
import io.freshet.model.encoder.layer.RowNumbers;
import io.freshet.model.encoder.layer.ScratchMemory;
import io.freshet.model.encoder.layer.SelfAttention;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * BERT4Rec (Sun et al., "BERT4Rec: Sequential Recommendation with Bidirectional Encoder Representations from
 * Transformer", CIKM 2019) over a chunk of packed sequences, each with a mask after its items. With S sequences, T
 * places in all, and width d:
 *
 * <pre>
 * X = dropout(norm(R + P))                                                       (T, d), see {@link MaskedInput}
 * each block:
 *   Z = norm(X + dropout(attention(X)·Wo + bo))        each place sees all of its sequence, see {@link SelfAttention}
 *   X = norm(Z + dropout(gelu(Z·W1 + b1)·W2 + b2))                                      see {@link FeedForward}
 * H = X at each mask                                                                                       (S, d)
 * </pre>
 *
 * <p>In training, as in serving, the only mask is that of the next item. The paper also masks items within a
 * sequence, and so trains states that see later items. Serving never uses such states. Scores are inner products with
 * the item vectors themselves, without the paper's output layer. Norms have an epsilon of 1e-8. The last block
 * computes only the mask of each sequence.
 */
final class Bert4Rec implements Encoder {
    private final int d;
    private final int capacity; // places
    private final ScratchMemory memory = new ScratchMemory();
    private final MaskedInput input;
    private final List<Block> blocks = new ArrayList<>();
    private final Matrix x; // (T, d): a block's input
    private final Matrix z; // (T, d); in the backward pass the gradient of X and Z
    private final Matrix last; // (S, d): H
    private final Matrix lastX; // (S, d): the masks of the last block's input
    private final Matrix lastZ; // (S, d): Z of the last block
    private Chunk chunk = Chunk.NONE; // of the last forward pass

    /** Creates an instance for training. */
    static Bert4Rec training(Bert4RecConfig config, Products products, int capacity) {
        return new Bert4Rec(config, products, capacity, true);
    }

    /** Creates an instance for forward passes only, whose blocks share their memory. */
    static Bert4Rec serving(Bert4RecConfig config, Products products, int capacity) {
        return new Bert4Rec(config, products, capacity, false);
    }

    private Bert4Rec(Bert4RecConfig config, Products products, int capacity, boolean learns) {
        this.d = config.dim();
        this.capacity = capacity;
        int sequences = capacity / config.places(1);
        Bert4RecConfig.Parameters parameters = config.parameters();
        input = new MaskedInput(parameters.input(), config.maxLength(), d, capacity, memory);
        int length = config.places(config.maxLength());
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
        last = memory.matrix(sequences, d);
        lastX = memory.matrix(sequences, d);
        lastZ = memory.matrix(sequences, d);
    }

    /** Results of a block's forward pass that are kept for its backward pass. */
    private static final class Kept {
        final SelfAttention.Kept attention;
        final Matrix a; // (results, 4 d)
        final Matrix normalized; // (results, d): x̂ of the result's norm

        /** Allocates memory for a block that computes {@code results} rows from {@code rows} rows of input. */
        Kept(int results, int rows, Bert4RecConfig config, ScratchMemory memory) {
            int d = config.dim();
            int length = config.places(config.maxLength());
            attention = new SelfAttention.Kept(results, rows, d, config.heads(), length, memory);
            a = memory.matrix(results, FeedForward.WIDE * d);
            normalized = memory.matrix(results, d);
        }
    }

    private static final class Block {
        final SelfAttention attention;
        final FeedForward feedForward;

        Block(
                Bert4RecConfig.Block p,
                Kept kept,
                Products products,
                SelfAttention.Shared shared,
                FeedForward.Tiles tiles) {
            attention = new SelfAttention(p.attention(), false, kept.attention, shared);
            FeedForward.Parameters network = p.feedForward();
            ResidualNorm norm = new ResidualNorm(network.norm(), kept.normalized);
            feedForward = new FeedForward(products, network, norm, kept.a, tiles);
        }
    }

    @Override
    public void beginStep(float dropout, long seed, long step) {
        input.dropBy(Dropout.of(dropout, seed, step, Purpose.DROPOUT_INPUT, 0));
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            block.attention.dropBy(Dropout.of(dropout, seed, step, Purpose.DROPOUT_ATTENTION, i));
            block.attention.norm().dropBy(Dropout.of(dropout, seed, step, Purpose.DROPOUT_HIDDEN, i));
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
            block.attention.forward(chunk, x, weights, z);
            block.feedForward.forward(z, rows, places, weights, x);
        }
        Block block = blocks.getLast();
        gatherLast();
        block.attention.forwardLast(chunk, x, lastX, weights, lastZ);
        block.feedForward.forward(lastZ, chunk.sequences(), chunk.lastNumbers(), weights, this.last);
        return this.last;
    }

    private void gatherLast() {
        for (int s = 0; s < chunk.sequences(); s++) {
            long at = x.at(lastRow(s));
            MemorySegment.copy(x.memory(), at, lastX.memory(), lastX.at(s), (long) d * Float.BYTES);
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
        int rows = chunk.rows();
        Matrix dx = z;
        backwardLast(dHidden, dx, parameters);
        for (int i = blocks.size() - 2; i >= 0; i--) {
            Block block = blocks.get(i);
            FeedForward.Restorable restorable = block.attention.norm()::restore;
            block.feedForward.backward(restorable, dx, rows, chunk.numbers(), parameters);
            restoreInput(i, rows, weights);
            block.attention.backward(chunk, x, dx, parameters);
        }
        input.backward(chunk, dx, parameters, dItems);
    }

    /** Writes the gradient of the last block's input (T, d) to {@code dx}. */
    private void backwardLast(Matrix dHidden, Matrix dx, ParameterBlocks parameters) {
        Block block = blocks.getLast();
        int rows = chunk.rows();
        int sequences = chunk.sequences();
        FeedForward.Restorable restorable = block.attention.norm()::restore;
        block.feedForward.backward(restorable, dHidden, sequences, chunk.lastNumbers(), parameters);
        restoreInput(blocks.size() - 1, rows, parameters.weights());
        gatherLast();
        dx.memory().asSlice(dx.at(0), (long) rows * d * Float.BYTES).fill((byte) 0);
        block.attention.backwardLast(chunk, x, lastX, dHidden, dx, parameters);
        for (int s = 0; s < sequences; s++) {
            Rows.add(dHidden.memory(), dHidden.at(s), dx.memory(), dx.at(lastRow(s)), d);
        }
    }

    /** Returns the row of the mask of the chunk's sequence {@code index}. */
    private int lastRow(int index) {
        return chunk.row(chunk.first() + index + 1) - 1;
    }

    /** Computes the input of block {@code i} again and writes it to {@link #x}. */
    private void restoreInput(int i, int rows, MemorySegment weights) {
        if (i == 0) {
            input.restore(rows, chunk.numbers(), weights, x);
        } else {
            blocks.get(i - 1).feedForward.norm().restore(0, rows, weights, x);
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
