package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.ParameterBlocks;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.ParameterLayout.Linear;
import io.freshet.model.encoder.ParameterLayout.Norm;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Multi-head self-attention followed by a norm (Vaswani et al., arXiv 1706.03762), forward and backward over sequences of at
 * most L places:
 *
 * <pre>
 * Q = X·Wq + bq,  K = X·Wk + bk,  V = X·Wv + bv
 * Y = norm(X + dropout(attention(Q, K, V)·Wo + bo))                                                      (rows, d)
 * </pre>
 *
 * <p>If attention is causal, a place with an item sees itself and the items before it. A pad, which comes before all items,
 * sees all places. This is equivalent to the mask of BSARec's authors, which adds the same number to all scores of a pad. If
 * attention is not causal, each place sees all places of its sequence. {@link #forwardLast} computes Y only at the last place
 * of each sequence, from the keys and values that this place sees.
 *
 * <p>It keeps Q, K, V, P, O and the norm's x̂ between the passes.
 */
public final class SelfAttention {
    private final boolean causal;
    private final int headDim;
    private final int heads;
    private final AffineMap query;
    private final AffineMap key;
    private final AffineMap value;
    private final AffineMap output;
    private final ResidualNorm norm;
    private final Kept kept;
    private final Shared shared;
    private Dropout dropout = Dropout.NONE;

    /** The parameters: four maps (d, d), and the norm's. */
    public record Parameters(Linear query, Linear key, Linear value, Linear output, Norm norm) {
        public static Parameters of(ParameterLayout all, String prefix, int d) {
            return new Parameters(
                    all.linear(prefix + "query", d, d),
                    all.linear(prefix + "key", d, d),
                    all.linear(prefix + "value", d, d),
                    all.linear(prefix + "output", d, d),
                    all.norm(prefix + "attention_norm", d));
        }

        public List<Linear> linears() {
            return List.of(query, key, value, output);
        }
    }

    /**
     * Results of a layer's forward pass that are kept for its backward pass. A layer that computes only last places has fewer
     * queries than keys.
     */
    public static final class Kept {
        final AttentionMatrices all; // q, o (queries, d), k, v (rows, d)
        final List<Matrix> probabilities = new ArrayList<>(); // for each head (queries, L rounded up)
        final Matrix normalized; // (queries, d)

        public Kept(int queries, int rows, int d, int heads, int length, ScratchMemory memory) {
            all = new AttentionMatrices(
                    memory.matrix(queries, d),
                    memory.matrix(rows, d),
                    memory.matrix(rows, d),
                    memory.matrix(queries, d));
            for (int h = 0; h < heads; h++) {
                probabilities.add(memory.matrix(queries, Lanes.roundUp(length)));
            }
            normalized = memory.matrix(queries, d);
        }
    }

    /** Scratch shared by all layers of an encoder. */
    public static final class Shared {
        final Products products;
        final int length; // L
        final CausalAttention causal;
        final FullAttention full;
        final AttentionMatrices gradients; // each (rows, d); q first holds the gradient of the output map's result

        public Shared(int rows, int d, int heads, int length, Products products, ScratchMemory memory) {
            this.products = products;
            this.length = length;
            causal = new CausalAttention(d / heads, length, products, memory);
            full = new FullAttention(d / heads, length, products, memory);
            gradients = new AttentionMatrices(
                    memory.matrix(rows, d), memory.matrix(rows, d), memory.matrix(rows, d), memory.matrix(rows, d));
        }
    }

    public SelfAttention(Parameters p, boolean causal, Kept kept, Shared shared) {
        this.causal = causal;
        this.heads = kept.probabilities.size();
        this.headDim = kept.all.q().columns() / heads;
        this.query = new AffineMap(shared.products, p.query());
        this.key = new AffineMap(shared.products, p.key());
        this.value = new AffineMap(shared.products, p.value());
        this.output = new AffineMap(shared.products, p.output());
        this.norm = new ResidualNorm(p.norm(), kept.normalized);
        this.kept = kept;
        this.shared = shared;
    }

    public ResidualNorm norm() {
        return norm;
    }

    /** Sets the dropout of P. */
    public void dropBy(Dropout next) {
        dropout = next;
    }

    /**
     * Computes the result for every place of the sequences.
     *
     * @param x the layer's input (rows, d)
     * @param y receives the result (rows, d)
     */
    public void forward(Chunk chunk, Matrix x, MemorySegment weights, Matrix y) {
        int rows = chunk.rows();
        query.forward(x, rows, weights, kept.all.q());
        key.forward(x, rows, weights, kept.all.k());
        value.forward(x, rows, weights, kept.all.v());
        for (int s = chunk.first(); s < chunk.end(); s++) {
            for (int h = 0; h < heads; h++) {
                attend(chunk, s, h);
            }
        }
        output.forward(kept.all.o(), rows, weights, y);
        norm.forward(x, rows, chunk.numbers(), weights, y);
    }

    /** Returns the number of places before the first place that the last one sees. */
    private int pads(Chunk chunk, int sequence) {
        int tokens = chunk.batch().start(sequence + 1) - chunk.batch().start(sequence);
        return causal ? chunk.places(sequence) - tokens : 0;
    }

    /** Returns the dropout element number of the first value in a place's row of P. */
    private int element(int sequence, int head, int place) {
        return ((sequence * heads + head) * shared.length + place) * shared.full.stride();
    }

    private void attend(Chunk chunk, int sequence, int head) {
        int start = chunk.row(sequence);
        int places = chunk.places(sequence);
        int pads = pads(chunk, sequence);
        int queries = causal ? pads : places; // the queries that see all places
        AttentionMatrices all = columns(kept.all, head);
        Matrix p = kept.probabilities.get(head);
        if (queries > 0) {
            int element = element(sequence, head, 0);
            shared.full.forward(all.rows(start, queries, start, places), p.rows(start, queries), dropout, element);
        }
        if (causal) {
            int items = start + pads;
            int n = places - pads;
            shared.causal.forward(all.rows(items, n), p.rows(items, n), dropout, element(sequence, head, pads));
        }
    }

    private AttentionMatrices columns(AttentionMatrices all, int head) {
        return all.columns(head * headDim, headDim);
    }

    /**
     * Computes the result for the last place of each sequence.
     *
     * @param x the layer's input (rows, d)
     * @param lastX the last places' rows of {@code x} (S, d)
     * @param y receives the result at the last places (S, d)
     */
    public void forwardLast(Chunk chunk, Matrix x, Matrix lastX, MemorySegment weights, Matrix y) {
        int sequences = chunk.sequences();
        query.forward(lastX, sequences, weights, kept.all.q());
        for (int s = chunk.first(); s < chunk.end(); s++) {
            int pads = pads(chunk, s);
            int items = chunk.row(s) + pads;
            int n = chunk.places(s) - pads;
            key.forward(x.rows(items, n), n, weights, kept.all.k().rows(items, n));
            value.forward(x.rows(items, n), n, weights, kept.all.v().rows(items, n));
            AttentionMatrices last = kept.all.rows(s - chunk.first(), 1, items, n);
            for (int h = 0; h < heads; h++) {
                Matrix p = kept.probabilities.get(h).rows(s - chunk.first(), 1);
                shared.full.forward(columns(last, h), p, dropout, element(s, h, pads + n - 1));
            }
        }
        output.forward(kept.all.o(), sequences, weights, y);
        norm.forward(lastX, sequences, chunk.lastNumbers(), weights, y);
    }

    /**
     * Runs the backward pass of {@link #forward}.
     *
     * @param dy gradient of the result, replaced by that of x
     */
    public void backward(Chunk chunk, Matrix x, Matrix dy, ParameterBlocks blocks) {
        int rows = chunk.rows();
        backwardOutput(rows, chunk.numbers(), dy, blocks);
        for (int s = chunk.first(); s < chunk.end(); s++) {
            for (int h = 0; h < heads; h++) {
                attendBackward(chunk, s, h);
            }
        }
        AttentionMatrices gradients = shared.gradients;
        query.backward(x, gradients.q(), rows, blocks.gradients());
        key.backward(x, gradients.k(), rows, blocks.gradients());
        value.backward(x, gradients.v(), rows, blocks.gradients());
        query.backwardInput(gradients.q(), rows, blocks.transposed(), dy, true);
        key.backwardInput(gradients.k(), rows, blocks.transposed(), dy, true);
        value.backwardInput(gradients.v(), rows, blocks.transposed(), dy, true);
    }

    /**
     * Computes the gradient of O from {@code dy}, the gradient of the result, and replaces {@code dy} by the gradient of x
     * through the residual.
     */
    private void backwardOutput(int rows, RowNumbers numbers, Matrix dy, ParameterBlocks blocks) {
        Matrix dOutput = shared.gradients.q();
        norm.backward(dy, rows, blocks);
        norm.backwardDropout(dy, 0, rows, numbers, dOutput);
        output.backward(kept.all.o(), dOutput, rows, blocks.gradients());
        output.backwardInput(dOutput, rows, blocks.transposed(), shared.gradients.o(), false);
    }

    private void attendBackward(Chunk chunk, int sequence, int head) {
        int start = chunk.row(sequence);
        int places = chunk.places(sequence);
        int pads = pads(chunk, sequence);
        int queries = causal ? pads : places;
        AttentionMatrices all = columns(kept.all, head);
        AttentionMatrices gradients = columns(shared.gradients, head);
        Matrix p = kept.probabilities.get(head);
        if (causal) {
            int items = start + pads;
            int n = places - pads;
            int element = element(sequence, head, pads);
            shared.causal.backward(all.rows(items, n), p.rows(items, n), dropout, element, gradients.rows(items, n));
            clear(gradients.k(), start, pads);
            clear(gradients.v(), start, pads);
        }
        if (queries > 0) {
            shared.full.backward(
                    all.rows(start, queries, start, places),
                    p.rows(start, queries),
                    dropout,
                    element(sequence, head, 0),
                    gradients.rows(start, queries, start, places),
                    causal);
        }
    }

    /** Sets a head's columns of some rows to zero. */
    private void clear(Matrix matrix, int first, int rows) {
        for (int row = first; row < first + rows; row++) {
            matrix.memory()
                    .asSlice(matrix.at(row), (long) headDim * Float.BYTES)
                    .fill((byte) 0);
        }
    }

    /**
     * Runs the backward pass of {@link #forwardLast}.
     *
     * @param dy gradient of the result (S, d), replaced by that of {@code lastX}
     * @param dx the gradient of x through the keys and values is added to its rows of items
     */
    public void backwardLast(Chunk chunk, Matrix x, Matrix lastX, Matrix dy, Matrix dx, ParameterBlocks blocks) {
        int sequences = chunk.sequences();
        backwardOutput(sequences, chunk.lastNumbers(), dy, blocks);
        for (int s = chunk.first(); s < chunk.end(); s++) {
            int pads = pads(chunk, s);
            int items = chunk.row(s) + pads;
            int n = chunk.places(s) - pads;
            AttentionMatrices last = kept.all.rows(s - chunk.first(), 1, items, n);
            AttentionMatrices gradients = shared.gradients.rows(s - chunk.first(), 1, items, n);
            for (int h = 0; h < heads; h++) {
                Matrix p = kept.probabilities.get(h).rows(s - chunk.first(), 1);
                int element = element(s, h, pads + n - 1);
                shared.full.backward(columns(last, h), p, dropout, element, columns(gradients, h), false);
            }
            backwardItems(key, x.rows(items, n), gradients.k(), dx.rows(items, n), blocks);
            backwardItems(value, x.rows(items, n), gradients.v(), dx.rows(items, n), blocks);
        }
        query.backward(lastX, shared.gradients.q(), sequences, blocks.gradients());
        query.backwardInput(shared.gradients.q(), sequences, blocks.transposed(), dy, true);
    }

    private static void backwardItems(AffineMap map, Matrix x, Matrix dy, Matrix dx, ParameterBlocks blocks) {
        map.backward(x, dy, x.rows(), blocks.gradients());
        map.backwardInput(dy, x.rows(), blocks.transposed(), dx, true);
    }
}
