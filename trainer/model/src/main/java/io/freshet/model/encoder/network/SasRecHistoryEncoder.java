package io.freshet.model.encoder.network;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.layer.AttentionMatrices;
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
    private final List<LayerNorm> attentionNorms = new ArrayList<>(); // of the blocks
    private final List<LayerNorm> forwardNorms = new ArrayList<>(); // of the blocks
    private final LayerNorm finalNorm;
    private final Matrix last; // (sequences, d): the last block's input, last tokens only
    private final Matrix n; // (T, d)
    private final AttentionMatrices attended; // (T, d)
    private final Matrix probabilities; // (T, stride)
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
        Matrix normalized = matrix(d); // (T, d): x̂ of a norm, which no later pass needs
        for (SasRecLayout.Block block : layout.blocks()) {
            attentionNorms.add(new LayerNorm(block.attention().norm(), normalized));
            forwardNorms.add(new LayerNorm(block.feedForward().norm(), normalized));
        }
        finalNorm = new LayerNorm(layout.finalNorm(), normalized);
        last = matrix(d);
        n = matrix(d);
        attended = new AttentionMatrices(matrix(d), matrix(d), matrix(d), matrix(d));
        probabilities = matrix(attention.stride());
        z = matrix(d);
        f = matrix(d);
        states = matrix(d);
    }

    private Matrix matrix(int columns) {
        FloatBlock block = FloatBlock.zeros((long) capacity * columns);
        owned.add(block);
        return Matrix.over(block.memory(), 0, capacity, columns);
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
        passes.begin(firstToken);
        passes.embed(batch, tokens, items, weights, Dropout.NONE, x);
        int lastBlock = config.blocks() - 1;
        for (int block = 0; block < lastBlock; block++) {
            attentionNorms.get(block).forward(x, tokens, weights, n);
            project(block, weights, tokens, tokens);
            for (int s = first; s < end; s++) {
                int start = batch.start(s) - firstToken;
                attend(start, batch.start(s + 1) - firstToken - start);
            }
            complete(block, weights, x, tokens, x);
        }
        int sequences = end - first;
        gatherLast(batch, first, sequences);
        attentionNorms.get(lastBlock).forward(last, sequences, weights, n);
        project(lastBlock, weights, sequences, tokens);
        for (int s = first; s < end; s++) {
            int start = batch.start(s) - firstToken;
            attendFromLast(s - first, start, batch.start(s + 1) - firstToken - start);
        }
        complete(lastBlock, weights, last, sequences, states);
        finalNorm.forward(states, sequences, weights, states);
        return states;
    }

    /** Computes queries from N, and keys and values from X. */
    private void project(int block, MemorySegment weights, int queries, int tokens) {
        SasRecLayout.Block p = layout.blocks().get(block);
        passes.linear(n, p.attention().query(), weights, queries, attended.q());
        passes.linear(x, p.attention().key(), weights, tokens, attended.k());
        passes.linear(x, p.attention().value(), weights, tokens, attended.v());
    }

    private void attend(int start, int length) {
        AttentionMatrices all = attended.rows(start, length);
        for (int h = 0; h < config.heads(); h++) {
            AttentionMatrices head = all.columns(h * config.headDim(), config.headDim());
            attention.forward(head, probabilities.rows(start, length), Dropout.NONE, 0);
        }
    }

    private void attendFromLast(int sequence, int start, int length) {
        AttentionMatrices all = attended.rows(sequence, 1, start, length);
        for (int h = 0; h < config.heads(); h++) {
            attention.forwardLast(all.columns(h * config.headDim(), config.headDim()), probabilities);
        }
    }

    /** Computes the rest of a block from the result of attention. {@code input} and {@code output} are (rows, d). */
    private void complete(int block, MemorySegment weights, Matrix input, int rows, Matrix output) {
        SasRecLayout.Block p = layout.blocks().get(block);
        passes.linear(attended.o(), p.attention().output(), weights, rows, z);
        passes.add(input, rows, z);
        forwardNorms.get(block).forward(z, rows, weights, z);
        passes.product(z, p.feedForward().hidden(), weights, rows, f);
        passes.biasDropoutRelu(f, weights, p.feedForward().hidden(), Dropout.NONE, rows);
        passes.product(f, p.feedForward().projection(), weights, rows, output);
        passes.biasDropoutResidual(output, weights, p.feedForward().projection(), Dropout.NONE, z, rows);
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
