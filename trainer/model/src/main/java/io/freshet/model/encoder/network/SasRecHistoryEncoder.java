package io.freshet.model.encoder.network;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.layer.CausalAttention;
import io.freshet.model.encoder.layer.LayerNorm;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes the state of {@link SasRec} after the last token of each history, to the same bits, for callers that need neither
 * other states nor a backward pass. For the other tokens, the last block then needs only keys and values. With two blocks
 * that saves a third of the products.
 *
 * <p>Results of an earlier call cannot be reused: the newest token always has the last position, so a click changes the
 * position of every token before it.
 */
final class SasRecHistoryEncoder implements HistoryEncoder {
    private final SasRecConfig config;
    private final SasRecLayout layout;
    private final TokenPasses passes;
    private final CausalAttention attention;
    private final int d;
    private final int capacity;
    private final List<FloatBlock> owned = new ArrayList<>();
    private final Matrix x; // (T, d): a block's input
    private final Matrix normalized; // (T, d): x̂ of a norm
    private final float[] inverseDeviation; // (T)
    private final Matrix last; // (sequences, d): the last block's input, last tokens only
    private final Matrix n; // (T, d)
    private final Matrix q; // (T, d)
    private final Matrix k; // (T, d)
    private final Matrix v; // (T, d)
    private final Matrix probabilities; // (T, stride)
    private final Matrix o; // (T, d)
    private final Matrix z; // (T, d)
    private final Matrix f; // (T, d)
    private final Matrix states; // (sequences, d)

    SasRecHistoryEncoder(SasRecConfig config, Products products, int tokens) {
        this.config = config;
        this.layout = new SasRecLayout(config);
        this.passes = new TokenPasses(config, layout, products);
        this.attention = new CausalAttention(config.headDim(), config.maxLength(), products);
        this.d = config.dim();
        this.capacity = tokens;
        x = matrix(d);
        normalized = matrix(d);
        inverseDeviation = new float[capacity];
        last = matrix(d);
        n = matrix(d);
        q = matrix(d);
        k = matrix(d);
        v = matrix(d);
        probabilities = matrix(attention.stride());
        o = matrix(d);
        z = matrix(d);
        f = matrix(d);
        states = matrix(d);
    }

    private Matrix matrix(int columns) {
        FloatBlock block = FloatBlock.zeros((long) capacity * columns);
        owned.add(block);
        return Matrix.over(block.memory(), 0, columns);
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public Matrix encode(SequenceBatch batch, int first, int end, RowTable items, MemorySegment weights) {
        int firstToken = batch.start(first);
        int tokens = batch.start(end) - firstToken;
        if (tokens > capacity) {
            throw new IllegalArgumentException(
                    "there must not be more than " + capacity + " tokens at once: tokens=" + tokens);
        }
        passes.embed(batch, firstToken, tokens, items, weights, Dropout.NONE, x);
        List<SasRecLayout.Block> blocks = layout.blocks();
        for (SasRecLayout.Block block : blocks.subList(0, blocks.size() - 1)) {
            norm(x, tokens, weights, block.attentionNorm(), n);
            project(block, weights, tokens, tokens);
            for (int s = first; s < end; s++) {
                int start = batch.start(s) - firstToken;
                attend(start, batch.start(s + 1) - firstToken - start);
            }
            complete(block, weights, x, tokens, x);
        }
        SasRecLayout.Block block = blocks.getLast();
        int sequences = end - first;
        gatherLast(batch, first, sequences);
        norm(last, sequences, weights, block.attentionNorm(), n);
        project(block, weights, sequences, tokens);
        for (int s = first; s < end; s++) {
            int start = batch.start(s) - firstToken;
            attendFromLast(s - first, start, batch.start(s + 1) - firstToken - start);
        }
        complete(block, weights, last, sequences, states);
        norm(states, sequences, weights, layout.finalNorm(), states);
        return states;
    }

    private void norm(Matrix from, int rows, MemorySegment weights, ParameterLayout.Norm norm, Matrix to) {
        LayerNorm.forward(from, rows, d, weights, norm, normalized, inverseDeviation, to);
    }

    /** Computes queries from N, and keys and values from X. */
    private void project(SasRecLayout.Block block, MemorySegment weights, int queries, int tokens) {
        passes.linear(n, block.query(), weights, queries, q);
        passes.linear(x, block.key(), weights, tokens, k);
        passes.linear(x, block.value(), weights, tokens, v);
    }

    private void attend(int start, int length) {
        for (int h = 0; h < config.heads(); h++) {
            int column = h * config.headDim();
            attention.forward(
                    q.columnsFrom(column),
                    k.columnsFrom(column),
                    v.columnsFrom(column),
                    start,
                    length,
                    probabilities,
                    Dropout.NONE,
                    0,
                    o.columnsFrom(column));
        }
    }

    private void attendFromLast(int sequence, int start, int length) {
        for (int h = 0; h < config.heads(); h++) {
            int column = h * config.headDim();
            attention.forwardLast(
                    q.columnsFrom(column),
                    sequence,
                    k.columnsFrom(column),
                    v.columnsFrom(column),
                    start,
                    length,
                    probabilities,
                    o.columnsFrom(column));
        }
    }

    /** Computes the rest of a block from the result of attention. {@code input} and {@code output} are (rows, d). */
    private void complete(SasRecLayout.Block block, MemorySegment weights, Matrix input, int rows, Matrix output) {
        passes.linear(o, block.output(), weights, rows, z);
        passes.add(input, rows, z);
        norm(z, rows, weights, block.forwardNorm(), z);
        passes.product(z, block.hidden(), weights, rows, f);
        passes.biasDropoutRelu(f, weights, block.hidden(), Dropout.NONE, 0, rows);
        passes.product(f, block.projection(), weights, rows, output);
        passes.biasDropoutResidual(output, weights, block.projection(), Dropout.NONE, z, 0, rows);
    }

    private void gatherLast(SequenceBatch batch, int first, int sequences) {
        for (int s = 0; s < sequences; s++) {
            int token = batch.start(first + s + 1) - 1 - batch.start(first);
            MemorySegment.copy(x.memory(), x.at(token), last.memory(), last.at(s), (long) d * Float.BYTES);
        }
    }

    @Override
    public void close() {
        attention.close();
        owned.forEach(FloatBlock::close);
    }
}
