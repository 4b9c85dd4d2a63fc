package io.freshet.encoder;

import io.freshet.sampling.CounterRandom;
import io.freshet.sampling.CounterRandom.Purpose;
import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Lanes;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Products;
import io.freshet.tensor.RowTable;
import io.freshet.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * SASRec (Kang and McAuley, "Self-Attentive Sequential Recommendation", ICDM 2018) as the authors of arXiv 2408.14238
 * run it, over a chunk of packed sequences. With T tokens of width d:
 *
 * <pre>
 * X = dropout(E[items] · √d + positions)
 * each block:
 *   N = norm(X);  Q = N·Wq + bq,  K = X·Wk + bk,  V = X·Wv + bv     (the norm is on the query only)
 *   Y = X + attention(Q, K, V)·Wo + bo
 *   Z = norm(Y);  X = Z + dropout(relu(dropout(Z·W1 + b1))·W2 + b2)  (the residual is the normalised input)
 * H = norm(X)
 * </pre>
 *
 * An instance owns the activations of one chunk, which the backward pass reads: one instance a thread. Parameters and
 * gradients are flat blocks laid out by {@link SasRecLayout}.
 */
public final class SasRec implements AutoCloseable {
    private static final long VECTOR = (long) Lanes.COUNT * Float.BYTES;

    private final SasRecConfig config;
    private final SasRecLayout layout;
    private final Products products;
    private final CausalAttention attention;
    private final int d;
    private final int capacity;
    private final List<FloatBlock> owned = new ArrayList<>();
    private final List<Activations> blocks = new ArrayList<>();
    private final Matrix normalized; // (T, d): final norm's x̂
    private final float[] inverseDeviation; // (T)
    private final Matrix hidden; // (T, d): H
    private final Matrix gradient; // (T, d)
    private final Matrix gradientQ; // (T, d)
    private final Matrix gradientK; // (T, d)
    private final Matrix gradientV; // (T, d)

    private Dropout inputDropout = Dropout.NONE;
    private int firstSequence;
    private int lastSequence;
    private int firstToken;
    private int tokens;

    /**
     * @param chunkTokens tokens that a chunk holds at most; at least {@code maxLength}
     */
    public SasRec(SasRecConfig config, Products products, int chunkTokens) {
        this.config = config;
        this.layout = new SasRecLayout(config);
        this.products = products;
        this.attention = new CausalAttention(config, products);
        this.d = config.dim();
        this.capacity = chunkTokens;
        for (int i = 0; i < config.blocks(); i++) {
            blocks.add(new Activations());
        }
        normalized = matrix(d);
        inverseDeviation = new float[capacity];
        hidden = matrix(d);
        gradient = matrix(d);
        gradientQ = matrix(d);
        gradientK = matrix(d);
        gradientV = matrix(d);
    }

    private Matrix matrix(int columns) {
        FloatBlock block = FloatBlock.zeros((long) capacity * columns);
        owned.add(block);
        return Matrix.over(block.memory(), 0, columns);
    }

    /** What a block's backward pass needs of its forward pass. */
    private final class Activations {
        final Matrix x = matrix(d); // (T, d): the block's input
        final Matrix queryNormalized = matrix(d); // (T, d): x̂ of N
        final Matrix n = matrix(d); // (T, d)
        final Matrix q = matrix(d); // (T, d)
        final Matrix k = matrix(d); // (T, d)
        final Matrix v = matrix(d); // (T, d)
        final List<Matrix> probabilities = new ArrayList<>(); // for each head (T, stride)
        final Matrix o = matrix(d); // (T, d): attention's result
        final Matrix yNormalized = matrix(d); // (T, d): x̂ of Z
        final Matrix z = matrix(d); // (T, d)
        final Matrix f = matrix(d); // (T, d): relu's result
        final float[] queryInverse = new float[capacity]; // (T)
        final float[] yInverse = new float[capacity]; // (T)
        Dropout attentionDropout = Dropout.NONE;
        Dropout hiddenDropout = Dropout.NONE;
        Dropout outputDropout = Dropout.NONE;

        Activations() {
            for (int h = 0; h < config.heads(); h++) {
                probabilities.add(matrix(attention.stride()));
            }
        }
    }

    public SasRecLayout layout() {
        return layout;
    }

    /** The masks of a training step. */
    public void trainWith(float rate, long seed, long step) {
        inputDropout = Dropout.of(rate, seed, step, Purpose.DROPOUT_INPUT, 0);
        for (int i = 0; i < blocks.size(); i++) {
            Activations a = blocks.get(i);
            a.attentionDropout = Dropout.of(rate, seed, step, Purpose.DROPOUT_ATTENTION, i);
            a.hiddenDropout = Dropout.of(rate, seed, step, Purpose.DROPOUT_HIDDEN, i);
            a.outputDropout = Dropout.of(rate, seed, step, Purpose.DROPOUT_OUTPUT, i);
        }
    }

    /** The most tokens at once. */
    public int capacity() {
        return capacity;
    }

    /**
     * Encodes sequences {@code [first, last)} of the batch.
     *
     * @param items the item table, one row an item (rows, d)
     * @param weights the flat parameters
     * @return H (T, d), valid until the next call: row t is the state after token {@code batch.start(first) + t}
     */
    public Matrix forward(SequenceBatch batch, int first, int last, RowTable items, MemorySegment weights) {
        firstSequence = first;
        lastSequence = last;
        firstToken = batch.start(first);
        tokens = batch.start(last) - firstToken;
        if (tokens > capacity) {
            throw new IllegalArgumentException(
                    "a chunk must not hold more than " + capacity + " tokens: tokens=" + tokens);
        }
        embed(batch, items, weights);
        for (int i = 0; i < blocks.size(); i++) {
            Matrix output = i + 1 < blocks.size() ? blocks.get(i + 1).x : hidden;
            forwardBlock(batch, blocks.get(i), layout.blocks().get(i), weights, output);
        }
        LayerNorm.forward(hidden, tokens, d, weights, layout.finalNorm(), normalized, inverseDeviation, hidden);
        return hidden;
    }

    void embed(SequenceBatch batch, RowTable items, MemorySegment weights) {
        float scale = (float) Math.sqrt(d);
        Matrix x = blocks.getFirst().x;
        for (int t = 0; t < tokens; t++) {
            int row = batch.input(firstToken + t);
            int position = layout.positions().start() + batch.position(firstToken + t) * d;
            embedRow(
                    items.memory(row),
                    items.at(row),
                    weights,
                    (long) position * Float.BYTES,
                    scale,
                    x.memory(),
                    x.at(t),
                    (firstToken + t) * d);
        }
    }

    private void embedRow(
            MemorySegment item,
            long itemAt,
            MemorySegment weights,
            long positionAt,
            float scale,
            MemorySegment x,
            long xAt,
            int element) {
        for (int c = 0; c < d; c += Lanes.COUNT) {
            long bytes = (long) c * Float.BYTES;
            FloatVector sum = Lanes.load(item, itemAt + bytes).mul(scale).add(Lanes.load(weights, positionAt + bytes));
            Lanes.store(inputDropout.apply(sum, element + c), x, xAt + bytes);
        }
    }

    private void forwardBlock(
            SequenceBatch batch, Activations a, SasRecLayout.Block p, MemorySegment weights, Matrix output) {
        LayerNorm.forward(a.x, tokens, d, weights, p.attentionNorm(), a.queryNormalized, a.queryInverse, a.n);
        linear(a.n, p.query(), weights, a.q);
        linear(a.x, p.key(), weights, a.k);
        linear(a.x, p.value(), weights, a.v);
        for (int s = firstSequence; s < lastSequence; s++) {
            int start = batch.start(s) - firstToken;
            attend(a, start, batch.start(s + 1) - firstToken - start);
        }
        // z holds Y until the norm overwrites it with Z.
        linear(a.o, p.output(), weights, a.z);
        add(a.x, a.z);
        LayerNorm.forward(a.z, tokens, d, weights, p.forwardNorm(), a.yNormalized, a.yInverse, a.z);
        product(a.z, p.hidden(), weights, a.f);
        biasDropoutRelu(a.f, weights, p.hidden(), a.hiddenDropout);
        product(a.f, p.projection(), weights, output);
        biasDropoutResidual(output, weights, p.projection(), a.outputDropout, a.z);
    }

    private void attend(Activations a, int start, int length) {
        for (int h = 0; h < config.heads(); h++) {
            int column = h * config.headDim();
            attention.forward(
                    a.q.columnsFrom(column),
                    a.k.columnsFrom(column),
                    a.v.columnsFrom(column),
                    start,
                    length,
                    a.probabilities.get(h),
                    a.attentionDropout,
                    attentionElement(start, h),
                    a.o.columnsFrom(column));
        }
    }

    private int attentionElement(int start, int head) {
        return ((firstToken + start) * config.heads() + head) * attention.stride();
    }

    /**
     * The gradients of the last {@link #forward}'s chunk.
     *
     * @param dHidden gradient of H (T, d); overwritten
     * @param weights the flat parameters
     * @param transposed the flat parameters with each square weight transposed, see {@link #transposeWeights}
     * @param gradients the flat block that the parameters' gradients are added to
     * @param dItems receives, in the batch's token rows, the gradients of E[items] (tokens of the batch, d)
     */
    public void backward(
            SequenceBatch batch,
            Matrix dHidden,
            MemorySegment weights,
            MemorySegment transposed,
            MemorySegment gradients,
            Matrix dItems) {
        Matrix dx = dHidden;
        LayerNorm.backward(
                dx, tokens, d, weights, layout.finalNorm(), normalized, inverseDeviation, gradients, dx, false);
        for (int i = blocks.size() - 1; i >= 0; i--) {
            backwardBlock(batch, blocks.get(i), layout.blocks().get(i), weights, transposed, gradients, dx);
        }
        unembed(batch, dx, gradients, dItems);
    }

    /** {@code dx}: gradient of the block's result, replaced by that of its input. */
    private void backwardBlock(
            SequenceBatch batch,
            Activations a,
            SasRecLayout.Block p,
            MemorySegment weights,
            MemorySegment transposed,
            MemorySegment gradients,
            Matrix dx) {
        // X' = Z + dropout(F·W2 + b2): gradient = dropout(dx), and Z's residual keeps dx.
        dropInto(dx, a.outputDropout, gradient);
        weightGradient(a.f, gradient, p.projection(), gradients);
        product(gradient, p.projection(), transposed, gradientQ);
        reluDropoutBackward(a.f, a.hiddenDropout, gradientQ);
        weightGradient(a.z, gradientQ, p.hidden(), gradients);
        accumulate(gradientQ, p.hidden(), transposed, dx);
        LayerNorm.backward(dx, tokens, d, weights, p.forwardNorm(), a.yNormalized, a.yInverse, gradients, dx, false);

        // Y = X + O·Wo + bo: the residual keeps dx.
        weightGradient(a.o, dx, p.output(), gradients);
        product(dx, p.output(), transposed, gradient);
        for (int s = firstSequence; s < lastSequence; s++) {
            int start = batch.start(s) - firstToken;
            attendBackward(a, start, batch.start(s + 1) - firstToken - start);
        }
        weightGradient(a.n, gradientQ, p.query(), gradients);
        weightGradient(a.x, gradientK, p.key(), gradients);
        weightGradient(a.x, gradientV, p.value(), gradients);
        accumulate(gradientK, p.key(), transposed, dx);
        accumulate(gradientV, p.value(), transposed, dx);
        product(gradientQ, p.query(), transposed, gradient);
        LayerNorm.backward(
                gradient,
                tokens,
                d,
                weights,
                p.attentionNorm(),
                a.queryNormalized,
                a.queryInverse,
                gradients,
                dx,
                true);
    }

    private void attendBackward(Activations a, int start, int length) {
        for (int h = 0; h < config.heads(); h++) {
            int column = h * config.headDim();
            attention.backward(
                    a.q.columnsFrom(column),
                    a.k.columnsFrom(column),
                    a.v.columnsFrom(column),
                    start,
                    length,
                    a.probabilities.get(h),
                    a.attentionDropout,
                    attentionElement(start, h),
                    gradient.columnsFrom(column),
                    gradientQ.columnsFrom(column),
                    gradientK.columnsFrom(column),
                    gradientV.columnsFrom(column));
        }
    }

    void unembed(SequenceBatch batch, Matrix dx, MemorySegment gradients, Matrix dItems) {
        float scale = (float) Math.sqrt(d);
        for (int t = 0; t < tokens; t++) {
            int position = layout.positions().start() + batch.position(firstToken + t) * d;
            unembedRow(
                    dx.memory(),
                    dx.at(t),
                    gradients,
                    (long) position * Float.BYTES,
                    scale,
                    dItems.memory(),
                    dItems.at(firstToken + t),
                    (firstToken + t) * d);
        }
    }

    private void unembedRow(
            MemorySegment dx,
            long dxAt,
            MemorySegment gradients,
            long positionAt,
            float scale,
            MemorySegment dItem,
            long dItemAt,
            int element) {
        for (int c = 0; c < d; c += Lanes.COUNT) {
            long bytes = (long) c * Float.BYTES;
            FloatVector g = inputDropout.apply(Lanes.load(dx, dxAt + bytes), element + c);
            Lanes.store(g.add(Lanes.load(gradients, positionAt + bytes)), gradients, positionAt + bytes);
            Lanes.store(g.mul(scale), dItem, dItemAt + bytes);
        }
    }

    /**
     * Copies each square weight of {@code weights}, transposed, to the same place in {@code transposed}: the backward
     * pass multiplies by {@code Wᵀ}.
     */
    public static void transposeWeights(SasRecLayout layout, MemorySegment weights, MemorySegment transposed) {
        for (SasRecLayout.Block block : layout.blocks()) {
            for (SasRecLayout.Linear linear : List.of(
                    block.query(), block.key(), block.value(), block.output(), block.hidden(), block.projection())) {
                SasRecLayout.Parameter p = linear.weight();
                Matrix from = Matrix.over(weights, p.start(), p.columns());
                Matrix to = Matrix.over(transposed, p.start(), p.rows());
                for (int i = 0; i < p.rows(); i++) {
                    for (int j = 0; j < p.columns(); j++) {
                        to.set(j, i, from.get(i, j));
                    }
                }
            }
        }
    }

    private void product(Matrix x, SasRecLayout.Linear p, MemorySegment weights, Matrix y) {
        products.multiply(x, 0, Matrix.over(weights, p.weight().start(), d), 0, y, 0, tokens, d, d, false);
    }

    private void accumulate(Matrix x, SasRecLayout.Linear p, MemorySegment weights, Matrix y) {
        products.multiply(x, 0, Matrix.over(weights, p.weight().start(), d), 0, y, 0, tokens, d, d, true);
    }

    /** {@code y = x · W + b}. */
    private void linear(Matrix x, SasRecLayout.Linear p, MemorySegment weights, Matrix y) {
        product(x, p, weights, y);
        long biasAt = (long) p.bias().start() * Float.BYTES;
        for (int t = 0; t < tokens; t++) {
            Rows.add(weights, biasAt, y.memory(), y.at(t), d);
        }
    }

    /** {@code dW += xᵀ · dy}, {@code db += Σ dy}. */
    private void weightGradient(Matrix x, Matrix dy, SasRecLayout.Linear p, MemorySegment gradients) {
        Matrix dw = Matrix.over(gradients, p.weight().start(), d);
        products.multiplyTransposed(x, 0, dy, 0, dw, 0, d, d, tokens, true);
        long biasAt = (long) p.bias().start() * Float.BYTES;
        for (int t = 0; t < tokens; t++) {
            Rows.add(dy.memory(), dy.at(t), gradients, biasAt, d);
        }
    }

    void add(Matrix from, Matrix to) {
        for (int t = 0; t < tokens; t++) {
            Rows.add(from.memory(), from.at(t), to.memory(), to.at(t), d);
        }
    }

    void biasDropoutRelu(Matrix f, MemorySegment weights, SasRecLayout.Linear p, Dropout dropout) {
        for (int t = 0; t < tokens; t++) {
            long at = f.at(t);
            for (int c = 0; c < d; c += Lanes.COUNT) {
                long bytes = (long) c * Float.BYTES;
                FloatVector x = Lanes.load(f.memory(), at + bytes)
                        .add(Lanes.load(weights, (long) (p.bias().start() + c) * Float.BYTES))
                        .max(0f);
                Lanes.store(dropout.apply(x, (firstToken + t) * d + c), f.memory(), at + bytes);
            }
        }
    }

    void biasDropoutResidual(Matrix y, MemorySegment weights, SasRecLayout.Linear p, Dropout dropout, Matrix residual) {
        for (int t = 0; t < tokens; t++) {
            long at = y.at(t);
            for (int c = 0; c < d; c += Lanes.COUNT) {
                long bytes = (long) c * Float.BYTES;
                FloatVector x = Lanes.load(y.memory(), at + bytes)
                        .add(Lanes.load(weights, (long) (p.bias().start() + c) * Float.BYTES));
                FloatVector kept = dropout.apply(x, (firstToken + t) * d + c);
                Lanes.store(kept.add(Lanes.load(residual.memory(), residual.at(t) + bytes)), y.memory(), at + bytes);
            }
        }
    }

    void dropInto(Matrix from, Dropout dropout, Matrix to) {
        for (int t = 0; t < tokens; t++) {
            for (int c = 0; c < d; c += Lanes.COUNT) {
                long bytes = (long) c * Float.BYTES;
                FloatVector x = Lanes.load(from.memory(), from.at(t) + bytes);
                Lanes.store(dropout.apply(x, (firstToken + t) * d + c), to.memory(), to.at(t) + bytes);
            }
        }
    }

    /** Where relu's result is positive the element was kept: its gradient is scaled as it was; elsewhere it is 0. */
    void reluDropoutBackward(Matrix f, Dropout dropout, Matrix df) {
        float scale = 1f / (1f - dropout.rate());
        for (int t = 0; t < tokens; t++) {
            for (long i = 0; i < (long) d * Float.BYTES; i += VECTOR) {
                FloatVector g = Lanes.load(df.memory(), df.at(t) + i).mul(scale);
                var positive = Lanes.load(f.memory(), f.at(t) + i).compare(VectorOperators.GT, 0f);
                Lanes.store(FloatVector.zero(Lanes.FLOATS).blend(g, positive), df.memory(), df.at(t) + i);
            }
        }
    }

    /** The parameters before any learning: Xavier-normal weights, zero biases, unit gains. */
    public static void initialize(SasRecLayout layout, long seed, MemorySegment weights) {
        weights.fill((byte) 0);
        for (SasRecLayout.Parameter p : layout.parameters()) {
            Matrix matrix = Matrix.over(weights, p.start(), p.columns());
            if (p.name().endsWith(".gain")) {
                for (int i = 0; i < p.columns(); i++) {
                    matrix.set(0, i, 1f);
                }
            } else if (p.rows() > 1) {
                float deviation = (float) Math.sqrt(2.0 / (p.rows() + p.columns()));
                for (int i = 0; i < p.size(); i++) {
                    matrix.set(
                            i / p.columns(),
                            i % p.columns(),
                            deviation * CounterRandom.normal(seed, p.start(), Purpose.INITIAL_WEIGHTS, i));
                }
            }
        }
    }

    @Override
    public void close() {
        attention.close();
        owned.forEach(FloatBlock::close);
    }
}
