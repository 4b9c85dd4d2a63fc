package io.freshet.model.encoder.network;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.ParameterBlocks;
import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.layer.Chunk;
import io.freshet.model.encoder.layer.FeedForward;
import io.freshet.model.encoder.layer.LearnedFilter;
import io.freshet.model.encoder.layer.PaddedInput;
import io.freshet.model.encoder.layer.ResidualNorm;
import io.freshet.model.encoder.layer.RowNumbers;
import io.freshet.model.encoder.layer.ScratchMemory;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * FMLP-Rec (Zhou et al., "Filter-enhanced MLP is All You Need for Sequential Recommendation", WWW 2022) over a chunk of
 * sequences that are padded on the left to L places. With S sequences of width d:
 *
 * <pre>
 * X = dropout(norm(R + P))                                                        (S L, d), see {@link PaddedInput}
 * each block:
 *   Z = norm(X + dropout(irfft(W ∘ rfft(X))))        equations 3 to 6, along the places, see {@link LearnedFilter}
 *   X = norm(Z + dropout(gelu(Z·W1 + b1)·W2 + b2))                 equations 7 and 8, see {@link FeedForward}
 * H = X at the last place of each sequence                                                                   (S, d)
 * </pre>
 *
 * <p>Norms have an epsilon of 1e-8, not the authors' 1e-12. The filter is circular and sees all places, so the state at the
 * last place is the only one that does not see its own target. The last block therefore computes only the last place of each
 * sequence: the filter's result there, and the feed-forward network for one row.
 *
 * <p>Between the passes it keeps x̂ of the norms and A of the feed-forward networks. The backward pass computes the rest
 * again.
 */
final class FmlpRec implements Encoder {
    private final int length; // L
    private final int d;
    private final int capacity; // places
    private final ScratchMemory memory = new ScratchMemory();
    private final PaddedInput input;
    private final LearnedFilter filter;
    private final List<Block> blocks = new ArrayList<>();
    private final Matrix x; // (S L, d): a block's input
    private final Matrix z; // (S L, d); in the backward pass, the gradient of x and z
    private final Matrix last; // (S, d): H
    private final Matrix lastZ; // (S, d): Z of the last block
    private final Matrix xOfSequence; // (L, d)
    private final Matrix dy; // (L, d): gradient of the filter's result for one sequence
    private Chunk chunk = Chunk.NONE; // of the last forward pass

    /** Creates an instance for training. */
    static FmlpRec training(FmlpRecConfig config, Products products, int capacity) {
        return new FmlpRec(config, products, capacity, true);
    }

    /** Creates an instance for forward passes only, whose blocks share their memory. */
    static FmlpRec serving(FmlpRecConfig config, Products products, int capacity) {
        return new FmlpRec(config, products, capacity, false);
    }

    private FmlpRec(FmlpRecConfig config, Products products, int capacity, boolean learns) {
        this.length = config.maxLength();
        this.d = config.dim();
        this.capacity = capacity;
        int sequences = capacity / length;
        FmlpRecConfig.Parameters parameters = config.parameters();
        this.input = new PaddedInput(parameters.input(), length, d, capacity, memory);
        this.filter = new LearnedFilter(products, length, d, memory);
        FeedForward.Tiles tiles = FeedForward.Tiles.allocate(d, memory);
        Kept shared = null;
        for (int i = 0; i < parameters.blocks().size(); i++) {
            boolean isLast = i + 1 == parameters.blocks().size();
            Kept kept = shared;
            if (isLast) {
                kept = new Kept(sequences, d, memory);
            } else if (learns || kept == null) {
                kept = new Kept(capacity, d, memory);
                shared = kept;
            }
            blocks.add(new Block(parameters.blocks().get(i), kept, products, tiles));
        }
        x = memory.matrix(capacity, d);
        z = memory.matrix(capacity, d);
        last = memory.matrix(sequences, d);
        lastZ = memory.matrix(sequences, d);
        xOfSequence = memory.matrix(length, d);
        dy = memory.matrix(length, d);
    }

    /** Results of a block's forward pass that are kept for its backward pass. */
    private static final class Kept {
        final Matrix a; // (rows, 4 d)
        final Matrix filterNormalized; // (rows, d): x̂ of Z's norm
        final Matrix forwardNormalized; // (rows, d): x̂ of the result's norm

        Kept(int rows, int d, ScratchMemory memory) {
            a = memory.matrix(rows, FeedForward.WIDE * d);
            filterNormalized = memory.matrix(rows, d);
            forwardNormalized = memory.matrix(rows, d);
        }
    }

    private static final class Block {
        final Parameter weights;
        final ResidualNorm filterNorm;
        final FeedForward feedForward;

        Block(FmlpRecConfig.Block p, Kept kept, Products products, FeedForward.Tiles tiles) {
            weights = p.filter();
            filterNorm = new ResidualNorm(p.filterNorm(), kept.filterNormalized);
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
            block.filterNorm.dropBy(Dropout.of(dropout, seed, step, Purpose.DROPOUT_HIDDEN, i));
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
            filter.read(block.weights, weights);
            for (int row = 0; row < rows; row += length) {
                filter.forward(x, row, z);
            }
            block.filterNorm.forward(x, rows, places, weights, z);
            block.feedForward.forward(z, rows, places, weights, x);
        }
        forwardLast(blocks.getLast(), weights);
        return this.last;
    }

    private void forwardLast(Block block, MemorySegment weights) {
        int sequences = chunk.sequences();
        RowNumbers lastPlaces = chunk.lastNumbers();
        filter.read(block.weights, weights);
        for (int s = 0; s < sequences; s++) {
            filter.forwardLast(x, s * length, lastZ, s);
        }
        block.filterNorm.forward(lastRows(x), sequences, lastPlaces, weights, lastZ);
        block.feedForward.forward(lastZ, sequences, lastPlaces, weights, last);
    }

    /** Returns a view of the rows at the last place of each sequence (S, d). */
    private Matrix lastRows(Matrix matrix) {
        return matrix.lastOfEvery(length);
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
            block.feedForward.backward(block.filterNorm::restore, dx, rows, places, parameters);
            block.filterNorm.backward(dx, rows, parameters);
            filter.read(block.weights, weights);
            filter.beginBackward();
            for (int row = 0; row < rows; row += length) {
                block.filterNorm.backwardDropout(dx, row, length, places, dy);
                restoreInput(i, row, length, weights, xOfSequence);
                filter.backward(xOfSequence, dy, dx, row);
            }
            filter.endBackward(block.weights, gradients);
        }
        input.backward(chunk, dx, parameters, dItems);
    }

    /** Writes the gradient of the last block's input (S L, d) to {@code dx}. */
    private void backwardLast(Matrix dHidden, Matrix dx, ParameterBlocks parameters) {
        Block block = blocks.getLast();
        int sequences = chunk.sequences();
        RowNumbers lastPlaces = chunk.lastNumbers();
        block.feedForward.backward(block.filterNorm::restore, dHidden, sequences, lastPlaces, parameters);
        block.filterNorm.backward(dHidden, sequences, parameters);
        Matrix lastDy = lastZ; // free, because Z is computed again where it is needed
        block.filterNorm.backwardDropout(dHidden, 0, sequences, lastPlaces, lastDy);
        restoreInput(blocks.size() - 1, 0, sequences * length, parameters.weights(), x);
        filter.read(block.weights, parameters.weights());
        filter.beginBackward();
        for (int s = 0; s < sequences; s++) {
            filter.backwardLast(x, s * length, lastDy, s, dx);
        }
        filter.endBackward(block.weights, parameters.gradients());
        Matrix lastRows = lastRows(dx);
        for (int s = 0; s < sequences; s++) {
            Rows.add(dHidden.memory(), dHidden.at(s), lastRows.memory(), lastRows.at(s), d);
        }
    }

    /** Computes rows of the input of block {@code i} again and writes them to {@code to} from row 0 on. */
    private void restoreInput(int i, int first, int rows, MemorySegment weights, Matrix to) {
        if (i == 0) {
            input.restore(first, rows, weights, to);
        } else {
            blocks.get(i - 1).feedForward.norm().restore(first, rows, weights, to);
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
