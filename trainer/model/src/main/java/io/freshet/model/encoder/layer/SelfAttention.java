package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.ParameterLayout.Linear;
import io.freshet.model.encoder.ParameterLayout.Norm;
import io.freshet.model.encoder.SequenceBatch;
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
    private final int length; // L
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
        final Matrix q; // (queries, d)
        final Matrix k; // (rows, d)
        final Matrix v; // (rows, d)
        final List<Matrix> probabilities = new ArrayList<>(); // for each head (queries, L rounded up)
        final Matrix o; // (queries, d)
        final Matrix normalized; // (queries, d)
        final float[] inverseDeviation; // (queries)

        public Kept(int queries, int rows, int d, int heads, int length, ScratchMemory memory) {
            q = memory.matrix(queries, d);
            k = memory.matrix(rows, d);
            v = memory.matrix(rows, d);
            for (int h = 0; h < heads; h++) {
                probabilities.add(memory.matrix(queries, Lanes.roundUp(length)));
            }
            o = memory.matrix(queries, d);
            normalized = memory.matrix(queries, d);
            inverseDeviation = new float[queries];
        }
    }

    /** Scratch shared by all layers of an encoder. */
    public static final class Shared {
        final CausalAttention causal;
        final FullAttention full;
        final Matrix dQ; // (rows, d); first the gradient of the output map's result
        final Matrix dK; // (rows, d)
        final Matrix dV; // (rows, d)
        final Matrix dO; // (rows, d)

        public Shared(int rows, int d, int heads, int length, Products products, ScratchMemory memory) {
            causal = new CausalAttention(d / heads, length, products, memory);
            full = new FullAttention(d / heads, length, products, memory);
            dQ = memory.matrix(rows, d);
            dK = memory.matrix(rows, d);
            dV = memory.matrix(rows, d);
            dO = memory.matrix(rows, d);
        }
    }

    public SelfAttention(
            Products products, Parameters p, int d, int heads, int length, boolean causal, Kept kept, Shared shared) {
        this.length = length;
        this.causal = causal;
        this.heads = heads;
        this.headDim = d / heads;
        this.query = new AffineMap(products, p.query());
        this.key = new AffineMap(products, p.key());
        this.value = new AffineMap(products, p.value());
        this.output = new AffineMap(products, p.output());
        this.norm = new ResidualNorm(p.norm(), d, kept.normalized, kept.inverseDeviation);
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
     * @param batch,first,last the chunk's sequences, whose places are the rows of {@code x}
     * @param y receives the result
     */
    public void forward(
            SequenceBatch batch, int first, int last, Matrix x, RowNumbers numbers, MemorySegment weights, Matrix y) {
        int rows = batch.places(first, last);
        query.forward(x, rows, weights, kept.q);
        key.forward(x, rows, weights, kept.k);
        value.forward(x, rows, weights, kept.v);
        for (int s = first; s < last; s++) {
            for (int h = 0; h < heads; h++) {
                attend(s, batch.places(first, s), batch.places(s, s + 1), pads(batch, s), h);
            }
        }
        output.forward(kept.o, rows, weights, y);
        norm.forward(x, rows, numbers, weights, y);
    }

    /** Returns the number of places before the first place that the last one sees. */
    private int pads(SequenceBatch batch, int sequence) {
        int tokens = batch.start(sequence + 1) - batch.start(sequence);
        return causal ? batch.places(sequence, sequence + 1) - tokens : 0;
    }

    /** Returns the dropout element number of the first value in a place's row of P. */
    private int element(int sequence, int head, int place) {
        return ((sequence * heads + head) * length + place) * shared.full.stride();
    }

    private void attend(int sequence, int start, int places, int pads, int head) {
        int queries = causal ? pads : places; // the queries that see all places
        Matrix q = columns(kept.q, head);
        Matrix k = columns(kept.k, head);
        Matrix v = columns(kept.v, head);
        Matrix p = kept.probabilities.get(head);
        Matrix o = columns(kept.o, head);
        if (queries > 0) {
            int element = element(sequence, head, 0);
            shared.full.forward(q, start, queries, k, v, start, places, p, dropout, element, o);
        }
        if (causal) {
            int element = element(sequence, head, pads);
            shared.causal.forward(q, k, v, start + pads, places - pads, p, dropout, element, o);
        }
    }

    private Matrix columns(Matrix matrix, int head) {
        return matrix.columnsFrom(head * headDim);
    }

    /**
     * Computes the result for the last place of each sequence.
     *
     * @param lastX the last places' rows of {@code x} (S, d)
     * @param y receives the result at the last places (S, d)
     */
    public void forwardLast(
            SequenceBatch batch,
            int first,
            int last,
            Matrix x,
            Matrix lastX,
            RowNumbers lastNumbers,
            MemorySegment weights,
            Matrix y) {
        int sequences = last - first;
        query.forward(lastX, sequences, weights, kept.q);
        for (int s = first; s < last; s++) {
            int pads = pads(batch, s);
            int items = batch.places(first, s) + pads;
            int n = batch.places(s, s + 1) - pads;
            key.forward(FeedForward.from(x, items), n, weights, FeedForward.from(kept.k, items));
            value.forward(FeedForward.from(x, items), n, weights, FeedForward.from(kept.v, items));
            for (int h = 0; h < heads; h++) {
                shared.full.forward(
                        columns(kept.q, h),
                        s - first,
                        1,
                        columns(kept.k, h),
                        columns(kept.v, h),
                        items,
                        n,
                        kept.probabilities.get(h),
                        dropout,
                        element(s, h, pads + n - 1),
                        columns(kept.o, h));
            }
        }
        output.forward(kept.o, sequences, weights, y);
        norm.forward(lastX, sequences, lastNumbers, weights, y);
    }

    /**
     * Runs the backward pass of {@link #forward}.
     *
     * @param dy gradient of the result, replaced by that of x
     */
    public void backward(
            SequenceBatch batch,
            int first,
            int last,
            Matrix x,
            RowNumbers numbers,
            Matrix dy,
            MemorySegment weights,
            MemorySegment transposed,
            MemorySegment gradients) {
        int rows = batch.places(first, last);
        backwardOutput(rows, numbers, dy, weights, transposed, gradients);
        for (int s = first; s < last; s++) {
            for (int h = 0; h < heads; h++) {
                attendBackward(s, batch.places(first, s), batch.places(s, s + 1), pads(batch, s), h);
            }
        }
        query.backward(x, shared.dQ, rows, gradients);
        key.backward(x, shared.dK, rows, gradients);
        value.backward(x, shared.dV, rows, gradients);
        query.backwardInput(shared.dQ, rows, transposed, dy, true);
        key.backwardInput(shared.dK, rows, transposed, dy, true);
        value.backwardInput(shared.dV, rows, transposed, dy, true);
    }

    /**
     * Computes the gradient of O from {@code dy}, the gradient of the result, and replaces {@code dy} by the gradient of x
     * through the residual.
     */
    private void backwardOutput(
            int rows,
            RowNumbers numbers,
            Matrix dy,
            MemorySegment weights,
            MemorySegment transposed,
            MemorySegment gradients) {
        norm.backward(dy, rows, weights, gradients);
        norm.backwardDropout(dy, 0, rows, numbers, shared.dQ);
        output.backward(kept.o, shared.dQ, rows, gradients);
        output.backwardInput(shared.dQ, rows, transposed, shared.dO, false);
    }

    private void attendBackward(int sequence, int start, int places, int pads, int head) {
        int queries = causal ? pads : places;
        Matrix q = columns(kept.q, head);
        Matrix k = columns(kept.k, head);
        Matrix v = columns(kept.v, head);
        Matrix p = kept.probabilities.get(head);
        Matrix dO = columns(shared.dO, head);
        Matrix dQ = columns(shared.dQ, head);
        Matrix dK = columns(shared.dK, head);
        Matrix dV = columns(shared.dV, head);
        if (causal) {
            int element = element(sequence, head, pads);
            shared.causal.backward(q, k, v, start + pads, places - pads, p, dropout, element, dO, dQ, dK, dV);
            clear(dK, start, pads);
            clear(dV, start, pads);
        }
        if (queries > 0) {
            int element = element(sequence, head, 0);
            shared.full.backward(q, start, queries, k, v, start, places, p, dropout, element, dO, dQ, dK, dV, causal);
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
    public void backwardLast(
            SequenceBatch batch,
            int first,
            int last,
            Matrix x,
            Matrix lastX,
            RowNumbers lastNumbers,
            Matrix dy,
            Matrix dx,
            MemorySegment weights,
            MemorySegment transposed,
            MemorySegment gradients) {
        int sequences = last - first;
        backwardOutput(sequences, lastNumbers, dy, weights, transposed, gradients);
        for (int s = first; s < last; s++) {
            int pads = pads(batch, s);
            int items = batch.places(first, s) + pads;
            int n = batch.places(s, s + 1) - pads;
            for (int h = 0; h < heads; h++) {
                shared.full.backward(
                        columns(kept.q, h),
                        s - first,
                        1,
                        columns(kept.k, h),
                        columns(kept.v, h),
                        items,
                        n,
                        kept.probabilities.get(h),
                        dropout,
                        element(s, h, pads + n - 1),
                        columns(shared.dO, h),
                        columns(shared.dQ, h),
                        columns(shared.dK, h),
                        columns(shared.dV, h),
                        false);
            }
            backwardItems(key, x, shared.dK, items, n, dx, transposed, gradients);
            backwardItems(value, x, shared.dV, items, n, dx, transposed, gradients);
        }
        query.backward(lastX, shared.dQ, sequences, gradients);
        query.backwardInput(shared.dQ, sequences, transposed, dy, true);
    }

    private static void backwardItems(
            AffineMap map,
            Matrix x,
            Matrix dy,
            int first,
            int n,
            Matrix dx,
            MemorySegment transposed,
            MemorySegment gradients) {
        map.backward(FeedForward.from(x, first), FeedForward.from(dy, first), n, gradients);
        map.backwardInput(FeedForward.from(dy, first), n, transposed, FeedForward.from(dx, first), true);
    }
}
