package io.freshet.model.encoder.network;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.ParameterBlocks;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.layer.AffineMap;
import io.freshet.model.encoder.layer.AttentionMatrices;
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
    private final LayerNorm finalNorm;
    private final Matrix hidden; // (T, d): H
    private final AttentionMatrices gradients; // each (T, d); o and q also hold gradients of the feed-forward network

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
        layout.blocks().forEach(p -> blocks.add(new Activations(p)));
        finalNorm = new LayerNorm(layout.finalNorm(), matrix(d));
        hidden = matrix(d);
        gradients = new AttentionMatrices(matrix(d), matrix(d), matrix(d), matrix(d));
    }

    private Matrix matrix(int columns) {
        FloatBlock block = FloatBlock.zeros((long) capacity * columns);
        owned.add(block);
        return Matrix.over(block.memory(), 0, capacity, columns);
    }

    /** A block's parameters, and the results of its forward pass that its backward pass needs. */
    private final class Activations {
        final SasRecLayout.Block p;
        final Matrix x = matrix(d); // (T, d): the block's input
        final LayerNorm queryNorm;
        final Matrix n = matrix(d); // (T, d)
        final AttentionMatrices attended = new AttentionMatrices(matrix(d), matrix(d), matrix(d), matrix(d)); // (T, d)
        final List<Matrix> probabilities = new ArrayList<>(); // for each head (T, stride)
        final LayerNorm yNorm;
        final Matrix z = matrix(d); // (T, d)
        final Matrix f = matrix(d); // (T, d): relu's result
        Dropout attentionDropout = Dropout.NONE;
        Dropout hiddenDropout = Dropout.NONE;
        Dropout outputDropout = Dropout.NONE;

        Activations(SasRecLayout.Block p) {
            this.p = p;
            queryNorm = new LayerNorm(p.attention().norm(), matrix(d));
            yNorm = new LayerNorm(p.feedForward().norm(), matrix(d));
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
        passes.begin(firstToken);
        passes.embed(batch, tokens, items, weights, inputDropout, blocks.getFirst().x);
        for (int i = 0; i < blocks.size(); i++) {
            Matrix output = i + 1 < blocks.size() ? blocks.get(i + 1).x : hidden;
            forwardBlock(batch, blocks.get(i), weights, output);
        }
        finalNorm.forward(hidden, tokens, weights, hidden);
        return hidden;
    }

    private void forwardBlock(SequenceBatch batch, Activations a, MemorySegment weights, Matrix output) {
        SasRecLayout.Block p = a.p;
        a.queryNorm.forward(a.x, tokens, weights, a.n);
        passes.linear(a.n, p.attention().query(), weights, tokens, a.attended.q());
        passes.linear(a.x, p.attention().key(), weights, tokens, a.attended.k());
        passes.linear(a.x, p.attention().value(), weights, tokens, a.attended.v());
        for (int s = firstSequence; s < lastSequence; s++) {
            int start = batch.start(s) - firstToken;
            attend(a, start, batch.start(s + 1) - firstToken - start);
        }
        // z holds Y until the norm overwrites it with Z.
        passes.linear(a.attended.o(), p.attention().output(), weights, tokens, a.z);
        passes.add(a.x, tokens, a.z);
        a.yNorm.forward(a.z, tokens, weights, a.z);
        passes.product(a.z, p.feedForward().hidden(), weights, tokens, a.f);
        passes.biasDropoutRelu(a.f, weights, p.feedForward().hidden(), a.hiddenDropout, tokens);
        passes.product(a.f, p.feedForward().projection(), weights, tokens, output);
        passes.biasDropoutResidual(output, weights, p.feedForward().projection(), a.outputDropout, a.z, tokens);
    }

    private void attend(Activations a, int start, int length) {
        AttentionMatrices all = a.attended.rows(start, length);
        for (int h = 0; h < config.heads(); h++) {
            attention.forward(
                    all.columns(h * config.headDim(), config.headDim()),
                    a.probabilities.get(h).rows(start, length),
                    a.attentionDropout,
                    attentionElement(start, h));
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
            MemorySegment gradientBlock,
            Matrix dItems) {
        ParameterBlocks parameters = new ParameterBlocks(weights, transposed, gradientBlock);
        Matrix dx = dHidden;
        finalNorm.backward(dx, tokens, weights, gradientBlock, dx, false);
        for (Activations block : blocks.reversed()) {
            backwardBlock(batch, block, parameters, dx);
        }
        passes.unembed(batch, tokens, dx, inputDropout, gradientBlock, dItems);
    }

    /** Replaces {@code dx}, the gradient of the block's result, by the gradient of its input. */
    private void backwardBlock(SequenceBatch batch, Activations a, ParameterBlocks parameters, Matrix dx) {
        SasRecLayout.Block p = a.p;
        MemorySegment weights = parameters.weights();
        MemorySegment transposed = parameters.transposed();
        MemorySegment gradientBlock = parameters.gradients();

        // X' = Z + dropout(F·W2 + b2): the gradient is dropout(dx), and Z's residual keeps dx.
        Matrix dF = gradients.q();
        Matrix gradient = gradients.o();
        passes.dropInto(dx, a.outputDropout, tokens, gradient);
        passes.weightGradient(a.f, gradient, p.feedForward().projection(), tokens, gradientBlock);
        passes.product(gradient, p.feedForward().projection(), transposed, tokens, dF);
        passes.reluDropoutBackward(a.f, a.hiddenDropout, tokens, dF);
        passes.weightGradient(a.z, dF, p.feedForward().hidden(), tokens, gradientBlock);
        passes.accumulate(dF, p.feedForward().hidden(), transposed, tokens, dx);
        a.yNorm.backward(dx, tokens, weights, gradientBlock, dx, false);

        // Y = X + O·Wo + bo: the residual keeps dx.
        passes.weightGradient(a.attended.o(), dx, p.attention().output(), tokens, gradientBlock);
        passes.product(dx, p.attention().output(), transposed, tokens, gradients.o());
        for (int s = firstSequence; s < lastSequence; s++) {
            int start = batch.start(s) - firstToken;
            attendBackward(a, start, batch.start(s + 1) - firstToken - start);
        }
        passes.weightGradient(a.n, gradients.q(), p.attention().query(), tokens, gradientBlock);
        passes.weightGradient(a.x, gradients.k(), p.attention().key(), tokens, gradientBlock);
        passes.weightGradient(a.x, gradients.v(), p.attention().value(), tokens, gradientBlock);
        passes.accumulate(gradients.k(), p.attention().key(), transposed, tokens, dx);
        passes.accumulate(gradients.v(), p.attention().value(), transposed, tokens, dx);
        passes.product(gradients.q(), p.attention().query(), transposed, tokens, gradient);
        a.queryNorm.backward(gradient, tokens, weights, gradientBlock, dx, true);
    }

    private void attendBackward(Activations a, int start, int length) {
        AttentionMatrices all = a.attended.rows(start, length);
        AttentionMatrices ofAll = gradients.rows(start, length);
        for (int h = 0; h < config.heads(); h++) {
            int column = h * config.headDim();
            attention.backward(
                    all.columns(column, config.headDim()),
                    a.probabilities.get(h).rows(start, length),
                    a.attentionDropout,
                    attentionElement(start, h),
                    ofAll.columns(column, config.headDim()));
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
            Matrix matrix = p.in(weights);
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
