package io.freshet.model.encoder.network;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.Encoder;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.encoder.layer.AffineMap;
import io.freshet.model.encoder.layer.Gelu;
import io.freshet.model.encoder.layer.LayerNorm;
import io.freshet.model.encoder.layer.LinearRecurrence;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * LRURec (Yue et al., "Linear Recurrent Units for Sequential Recommendation", WSDM 2024) over a chunk of packed
 * sequences. With T tokens of width d:
 *
 * <pre>
 * X = norm(dropout(E[items]))
 * each block:
 *   U = X·Wi + bi;  H = recurrence(U);  Z = norm(X + dropout(H·Wo + bo))        (U and H are complex, 2 d numbers)
 *   X = norm(Z + dropout(dropout(gelu(Z·W1 + b1))·W2 + b2))
 * </pre>
 *
 * <p>The real part of the paper's complex output map is computed as one real map of the real and the imaginary parts.
 * Items have no bias, because scores are inner products. The recurrence is linear and diagonal
 * ({@link LinearRecurrence}), so every matrix product covers all tokens at once.
 */
final class LruRec implements Encoder {
    private final int d;
    private final int wide;
    private final int capacity;
    private final LayerNorm inputNorm;
    private final List<FloatBlock> owned = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final Matrix embedded; // (T, d)
    private final Matrix hidden; // (T, d): the last block's result
    private final Matrix gradient; // (T, d)
    private final Matrix wideGradient; // (T, 4 d)

    private Dropout inputDropout = Dropout.NONE;
    private int firstSequence;
    private int lastSequence;
    private int firstToken;
    private int tokens;

    LruRec(LruRecConfig config, Products products, int chunkTokens) {
        this.d = config.dim();
        this.wide = LruRecConfig.WIDE * d;
        this.capacity = chunkTokens;
        LruRecConfig.Parameters parameters = config.parameters();
        this.inputNorm = new LayerNorm(parameters.inputNorm(), matrix(d));
        parameters.blocks().forEach(p -> blocks.add(new Block(p, products)));
        embedded = matrix(d);
        hidden = matrix(d);
        gradient = matrix(d);
        wideGradient = matrix(wide);
    }

    private Matrix matrix(int columns) {
        FloatBlock block = FloatBlock.zeros((long) capacity * columns);
        owned.add(block);
        return Matrix.over(block.memory(), 0, capacity, columns);
    }

    /** A block's maps, and the results of its forward pass that its backward pass needs. */
    private final class Block {
        final AffineMap in;
        final AffineMap out;
        final AffineMap widen;
        final AffineMap projection;
        final LinearRecurrence recurrence;
        final Matrix x = matrix(d); // (T, d): the block's input
        final Matrix u = matrix(wide); // (T, 4 d)
        final Matrix h = matrix(wide); // (T, 4 d)
        final Matrix z = matrix(d); // (T, d)
        final LayerNorm zNorm;
        final Matrix a = matrix(wide); // (T, 4 d): before gelu
        final Matrix f = matrix(wide); // (T, 4 d): dropout(gelu(a))
        final LayerNorm resultNorm;
        Dropout recurrenceDropout = Dropout.NONE;
        Dropout hiddenDropout = Dropout.NONE;
        Dropout outputDropout = Dropout.NONE;

        Block(LruRecConfig.Block p, Products products) {
            in = new AffineMap(products, p.in());
            out = new AffineMap(products, p.out());
            widen = new AffineMap(products, p.feedForward().hidden());
            projection = new AffineMap(products, p.feedForward().projection());
            recurrence = new LinearRecurrence(p.recurrence());
            zNorm = new LayerNorm(p.recurrenceNorm(), matrix(d));
            resultNorm = new LayerNorm(p.feedForward().norm(), matrix(d));
        }

        void forward(SequenceBatch batch, MemorySegment weights, Matrix result) {
            recurrence.read(weights);
            in.forward(x, tokens, weights, u);
            for (int s = firstSequence; s < lastSequence; s++) {
                recurrence.forward(u, h, batch.start(s) - firstToken, batch.start(s + 1) - batch.start(s));
            }
            out.forward(h, tokens, weights, z);
            addDropped(x, recurrenceDropout, z);
            zNorm.forward(z, tokens, weights, z);
            widen.forward(z, tokens, weights, a);
            geluForward();
            projection.forward(f, tokens, weights, result);
            addDropped(z, outputDropout, result);
            resultNorm.forward(result, tokens, weights, result);
        }

        private void geluForward() {
            for (int t = 0; t < tokens; t++) {
                for (int c = 0; c < wide; c += Lanes.COUNT) {
                    long bytes = (long) c * Float.BYTES;
                    var activated = Gelu.of(Lanes.load(a.memory(), a.at(t) + bytes));
                    Lanes.store(
                            hiddenDropout.apply(activated, (firstToken + t) * wide + c), f.memory(), f.at(t) + bytes);
                }
            }
        }

        /** Replaces {@code dx}, the gradient of the block's result, by the gradient of its input. */
        void backward(
                SequenceBatch batch,
                MemorySegment weights,
                MemorySegment transposed,
                MemorySegment gradients,
                Matrix dx) {
            resultNorm.backward(dx, tokens, weights, gradients, dx, false);
            dropInto(dx, outputDropout, gradient);
            projection.backward(f, gradient, tokens, gradients);
            projection.backwardInput(gradient, tokens, transposed, wideGradient, false);
            geluBackward();
            widen.backward(z, wideGradient, tokens, gradients);
            widen.backwardInput(wideGradient, tokens, transposed, dx, true);
            zNorm.backward(dx, tokens, weights, gradients, dx, false);
            dropInto(dx, recurrenceDropout, gradient);
            out.backward(h, gradient, tokens, gradients);
            out.backwardInput(gradient, tokens, transposed, wideGradient, false);
            recurrence.beginBackward();
            for (int s = firstSequence; s < lastSequence; s++) {
                int start = batch.start(s) - firstToken;
                recurrence.backward(u, h, wideGradient, start, batch.start(s + 1) - batch.start(s));
            }
            recurrence.endBackward(gradients);
            in.backward(x, wideGradient, tokens, gradients);
            in.backwardInput(wideGradient, tokens, transposed, dx, true);
        }

        private void geluBackward() {
            for (int t = 0; t < tokens; t++) {
                for (int c = 0; c < wide; c += Lanes.COUNT) {
                    long bytes = (long) c * Float.BYTES;
                    long at = wideGradient.at(t) + bytes;
                    var kept = hiddenDropout.apply(Lanes.load(wideGradient.memory(), at), (firstToken + t) * wide + c);
                    var slope = Gelu.derivative(Lanes.load(a.memory(), a.at(t) + bytes));
                    Lanes.store(kept.mul(slope), wideGradient.memory(), at);
                }
            }
        }
    }

    @Override
    public void beginStep(float dropout, long seed, long step) {
        inputDropout = Dropout.of(dropout, seed, step, Purpose.DROPOUT_INPUT, 0);
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            block.recurrenceDropout = Dropout.of(dropout, seed, step, Purpose.DROPOUT_ATTENTION, i);
            block.hiddenDropout = Dropout.of(dropout, seed, step, Purpose.DROPOUT_HIDDEN, i);
            block.outputDropout = Dropout.of(dropout, seed, step, Purpose.DROPOUT_OUTPUT, i);
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
        firstToken = batch.start(first);
        tokens = batch.start(last) - firstToken;
        if (tokens > capacity) {
            throw new IllegalArgumentException(
                    "there must not be more than " + capacity + " tokens at once: tokens=" + tokens);
        }
        for (int t = 0; t < tokens; t++) {
            int row = batch.input(firstToken + t);
            inputDropout.apply(
                    items.memory(row), items.at(row), (firstToken + t) * d, embedded.memory(), embedded.at(t), d);
        }
        Matrix x = blocks.getFirst().x;
        inputNorm.forward(embedded, tokens, weights, x);
        for (int i = 0; i < blocks.size(); i++) {
            Matrix result = i + 1 < blocks.size() ? blocks.get(i + 1).x : hidden;
            blocks.get(i).forward(batch, weights, result);
        }
        return hidden;
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
        for (int i = blocks.size() - 1; i >= 0; i--) {
            blocks.get(i).backward(batch, weights, transposed, gradients, dx);
        }
        inputNorm.backward(dx, tokens, weights, gradients, dx, false);
        for (int t = 0; t < tokens; t++) {
            int token = firstToken + t;
            inputDropout.apply(dx.memory(), dx.at(t), token * d, dItems.memory(), dItems.at(token), d);
        }
    }

    /** {@code y = residual + dropout(y)}, rows of (d). */
    private void addDropped(Matrix residual, Dropout dropout, Matrix y) {
        for (int t = 0; t < tokens; t++) {
            for (int c = 0; c < d; c += Lanes.COUNT) {
                long bytes = (long) c * Float.BYTES;
                var kept = dropout.apply(Lanes.load(y.memory(), y.at(t) + bytes), (firstToken + t) * d + c);
                Lanes.store(
                        kept.add(Lanes.load(residual.memory(), residual.at(t) + bytes)), y.memory(), y.at(t) + bytes);
            }
        }
    }

    /** {@code to = dropout(from)}, rows of (d). */
    private void dropInto(Matrix from, Dropout dropout, Matrix to) {
        for (int t = 0; t < tokens; t++) {
            dropout.apply(from.memory(), from.at(t), (firstToken + t) * d, to.memory(), to.at(t), d);
        }
    }

    @Override
    public void close() {
        blocks.forEach(block -> block.recurrence.close());
        owned.forEach(FloatBlock::close);
    }
}
