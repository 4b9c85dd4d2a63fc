package io.freshet.model.encoder.network;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.layer.AffineMap;
import io.freshet.model.encoder.layer.CausalAttention;
import io.freshet.model.encoder.layer.LayerNorm;
import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * SASRec (Kang and McAuley, "Self-Attentive Sequential Recommendation", ICDM 2018) as implemented by the authors of arXiv
 * 2408.14238, over a chunk of packed sequences. With T tokens of width d:
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
 * Parameters and gradients are flat blocks laid out by {@link SasRecLayout}.
 */
final class SasRec implements Encoder {
    private final SasRecConfig config;
    private final SasRecLayout layout;
    private final TokenPasses passes;
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
    private int batchTokens;
    private int firstToken;
    private int tokens;

    SasRec(SasRecConfig config, Products products, int chunkTokens) {
        this.config = config;
        this.layout = new SasRecLayout(config);
        this.passes = new TokenPasses(config, layout, products);
        this.attention = new CausalAttention(config.headDim(), config.maxLength(), products);
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

    /** Results of a block's forward pass that its backward pass needs. */
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

    SasRecLayout layout() {
        return layout;
    }

    @Override
    public void beginStep(float rate, long seed, long step) {
        inputDropout = Dropout.of(rate, seed, step, Purpose.DROPOUT_INPUT, 0);
        for (int i = 0; i < blocks.size(); i++) {
            Activations a = blocks.get(i);
            a.attentionDropout = Dropout.of(rate, seed, step, Purpose.DROPOUT_ATTENTION, i);
            a.hiddenDropout = Dropout.of(rate, seed, step, Purpose.DROPOUT_HIDDEN, i);
            a.outputDropout = Dropout.of(rate, seed, step, Purpose.DROPOUT_OUTPUT, i);
        }
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public Matrix forward(SequenceBatch batch, int first, int last, RowTable items, MemorySegment weights) {
        firstSequence = first;
        lastSequence = last;
        batchTokens = batch.tokens();
        firstToken = batch.start(first);
        tokens = batch.start(last) - firstToken;
        if (tokens > capacity) {
            throw new IllegalArgumentException(
                    "a chunk must not hold more than " + capacity + " tokens: tokens=" + tokens);
        }
        passes.embed(batch, firstToken, tokens, items, weights, inputDropout, blocks.getFirst().x);
        for (int i = 0; i < blocks.size(); i++) {
            Matrix output = i + 1 < blocks.size() ? blocks.get(i + 1).x : hidden;
            forwardBlock(batch, blocks.get(i), layout.blocks().get(i), weights, output);
        }
        LayerNorm.forward(hidden, tokens, d, weights, layout.finalNorm(), normalized, inverseDeviation, hidden);
        return hidden;
    }

    private void forwardBlock(
            SequenceBatch batch, Activations a, SasRecLayout.Block p, MemorySegment weights, Matrix output) {
        LayerNorm.forward(a.x, tokens, d, weights, p.attentionNorm(), a.queryNormalized, a.queryInverse, a.n);
        passes.linear(a.n, p.query(), weights, tokens, a.q);
        passes.linear(a.x, p.key(), weights, tokens, a.k);
        passes.linear(a.x, p.value(), weights, tokens, a.v);
        for (int s = firstSequence; s < lastSequence; s++) {
            int start = batch.start(s) - firstToken;
            attend(a, start, batch.start(s + 1) - firstToken - start);
        }
        // z holds Y until the norm overwrites it with Z.
        passes.linear(a.o, p.output(), weights, tokens, a.z);
        passes.add(a.x, tokens, a.z);
        LayerNorm.forward(a.z, tokens, d, weights, p.forwardNorm(), a.yNormalized, a.yInverse, a.z);
        passes.product(a.z, p.hidden(), weights, tokens, a.f);
        passes.biasDropoutRelu(a.f, weights, p.hidden(), a.hiddenDropout, firstToken, tokens);
        passes.product(a.f, p.projection(), weights, tokens, output);
        passes.biasDropoutResidual(output, weights, p.projection(), a.outputDropout, a.z, firstToken, tokens);
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

    /**
     * Returns the dropout element number of the first value in a row of P. The batch's tokens are numbered for the first
     * head, then for the next one.
     */
    private int attentionElement(int start, int head) {
        return (head * batchTokens + firstToken + start) * attention.stride();
    }

    @Override
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
        passes.unembed(batch, firstToken, tokens, dx, inputDropout, gradients, dItems);
    }

    /** Replaces {@code dx}, the gradient of the block's result, by the gradient of its input. */
    private void backwardBlock(
            SequenceBatch batch,
            Activations a,
            SasRecLayout.Block p,
            MemorySegment weights,
            MemorySegment transposed,
            MemorySegment gradients,
            Matrix dx) {
        // X' = Z + dropout(F·W2 + b2): gradient = dropout(dx), and Z's residual keeps dx.
        passes.dropInto(dx, a.outputDropout, firstToken, tokens, gradient);
        passes.weightGradient(a.f, gradient, p.projection(), tokens, gradients);
        passes.product(gradient, p.projection(), transposed, tokens, gradientQ);
        passes.reluDropoutBackward(a.f, a.hiddenDropout, tokens, gradientQ);
        passes.weightGradient(a.z, gradientQ, p.hidden(), tokens, gradients);
        passes.accumulate(gradientQ, p.hidden(), transposed, tokens, dx);
        LayerNorm.backward(dx, tokens, d, weights, p.forwardNorm(), a.yNormalized, a.yInverse, gradients, dx, false);

        // Y = X + O·Wo + bo: the residual keeps dx.
        passes.weightGradient(a.o, dx, p.output(), tokens, gradients);
        passes.product(dx, p.output(), transposed, tokens, gradient);
        for (int s = firstSequence; s < lastSequence; s++) {
            int start = batch.start(s) - firstToken;
            attendBackward(a, start, batch.start(s + 1) - firstToken - start);
        }
        passes.weightGradient(a.n, gradientQ, p.query(), tokens, gradients);
        passes.weightGradient(a.x, gradientK, p.key(), tokens, gradients);
        passes.weightGradient(a.x, gradientV, p.value(), tokens, gradients);
        passes.accumulate(gradientK, p.key(), transposed, tokens, dx);
        passes.accumulate(gradientV, p.value(), transposed, tokens, dx);
        passes.product(gradientQ, p.query(), transposed, tokens, gradient);
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

    /** Writes the transpose of each square weight, because the backward pass multiplies by {@code Wᵀ}. */
    static void transposeWeights(SasRecLayout layout, MemorySegment weights, MemorySegment transposed) {
        for (SasRecLayout.Block block : layout.blocks()) {
            block.linears().forEach(linear -> AffineMap.transpose(linear.weight(), weights, transposed));
        }
    }

    /** Writes the initial parameters: Xavier-normal weights, zero biases, unit gains. */
    static void initialize(ParameterLayout layout, long seed, MemorySegment weights) {
        weights.fill((byte) 0);
        for (ParameterLayout.Parameter p : layout.parameters()) {
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
