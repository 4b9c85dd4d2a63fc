package io.freshet.model.encoder.network;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Rows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The parts of {@link SasRec}'s layers that process each token by itself, forward and backward: embedding, affine maps,
 * dropout, relu and residuals. A pass covers the first {@code tokens} rows of its matrices (tokens, d). Row 0 is the token of
 * the batch that {@link #begin} sets.
 */
final class TokenPasses {
    private static final long VECTOR = (long) Lanes.COUNT * Float.BYTES;

    private final SasRecLayout layout;
    private final Products products;
    private final int d;
    private int firstToken;

    TokenPasses(SasRecConfig config, SasRecLayout layout, Products products) {
        this.layout = layout;
        this.products = products;
        this.d = config.dim();
    }

    /** Begins the passes over a chunk whose first token has this number in the batch. */
    void begin(int token) {
        firstToken = token;
    }

    /** Computes {@code x = dropout(E[items] · √d + positions)} for the chunk's tokens. */
    void embed(SequenceBatch batch, int tokens, RowTable items, MemorySegment weights, Dropout dropout, Matrix x) {
        float scale = (float) Math.sqrt(d);
        for (int t = 0; t < tokens; t++) {
            int row = batch.input(firstToken + t);
            MemorySegment item = items.memory(row);
            long itemAt = items.at(row);
            long positionAt = positionAt(batch, t);
            long xAt = x.at(t);
            for (int c = 0; c < d; c += Lanes.COUNT) {
                long bytes = (long) c * Float.BYTES;
                FloatVector position = Lanes.load(weights, positionAt + bytes);
                FloatVector sum = Lanes.load(item, itemAt + bytes).mul(scale).add(position);
                Lanes.store(dropout.apply(sum, (firstToken + t) * d + c), x.memory(), xAt + bytes);
            }
        }
    }

    /** Returns the offset in bytes of the position of a token of the chunk, in the flat block. */
    private long positionAt(SequenceBatch batch, int token) {
        return (layout.positions().start() + batch.position(firstToken + token) * d) * (long) Float.BYTES;
    }

    /**
     * Runs the backward pass of {@link #embed}.
     *
     * @param dx gradient of x
     * @param gradients the flat block that the positions' gradients are added to
     * @param dItems receives, in the batch's token rows, the gradients of E[items] (tokens of the batch, d)
     */
    void unembed(SequenceBatch batch, int tokens, Matrix dx, Dropout dropout, MemorySegment gradients, Matrix dItems) {
        float scale = (float) Math.sqrt(d);
        for (int t = 0; t < tokens; t++) {
            long dxAt = dx.at(t);
            long positionAt = positionAt(batch, t);
            long dItemAt = dItems.at(firstToken + t);
            for (int c = 0; c < d; c += Lanes.COUNT) {
                long bytes = (long) c * Float.BYTES;
                FloatVector g = dropout.apply(Lanes.load(dx.memory(), dxAt + bytes), (firstToken + t) * d + c);
                FloatVector sum = g.add(Lanes.load(gradients, positionAt + bytes));
                Lanes.store(sum, gradients, positionAt + bytes);
                Lanes.store(g.mul(scale), dItems.memory(), dItemAt + bytes);
            }
        }
    }

    /** {@code y = x · W}. */
    void product(Matrix x, ParameterLayout.Linear p, MemorySegment weights, int tokens, Matrix y) {
        products.multiply(x.rows(0, tokens), p.weight().in(weights), y.rows(0, tokens), false);
    }

    /** {@code y += x · W}. */
    void accumulate(Matrix x, ParameterLayout.Linear p, MemorySegment weights, int tokens, Matrix y) {
        products.multiply(x.rows(0, tokens), p.weight().in(weights), y.rows(0, tokens), true);
    }

    /** {@code y = x · W + b}. */
    void linear(Matrix x, ParameterLayout.Linear p, MemorySegment weights, int tokens, Matrix y) {
        Matrix weight = p.weight().in(weights);
        products.multiplyAdding(p.bias().in(weights), x.rows(0, tokens), weight, y.rows(0, tokens));
    }

    /** {@code dW += xᵀ · dy}, {@code db += Σ dy}. */
    void weightGradient(Matrix x, Matrix dy, ParameterLayout.Linear p, int tokens, MemorySegment gradients) {
        products.multiplyTransposed(
                x.rows(0, tokens), dy.rows(0, tokens), p.weight().in(gradients), true);
        long biasAt = (long) p.bias().start() * Float.BYTES;
        Rows.addAll(dy, 0, tokens, gradients, biasAt, d);
    }

    void add(Matrix from, int tokens, Matrix to) {
        for (int t = 0; t < tokens; t++) {
            Rows.add(from.memory(), from.at(t), to.memory(), to.at(t), d);
        }
    }

    /** {@code f = dropout(relu(f + b))}. */
    void biasDropoutRelu(Matrix f, MemorySegment weights, ParameterLayout.Linear p, Dropout dropout, int tokens) {
        for (int t = 0; t < tokens; t++) {
            long at = f.at(t);
            for (int c = 0; c < d; c += Lanes.COUNT) {
                long bytes = (long) c * Float.BYTES;
                FloatVector x = Lanes.relu(Lanes.load(f.memory(), at + bytes)
                        .add(Lanes.load(weights, (long) (p.bias().start() + c) * Float.BYTES)));
                Lanes.store(dropout.apply(x, (firstToken + t) * d + c), f.memory(), at + bytes);
            }
        }
    }

    /** {@code y = residual + dropout(y + b)}. */
    void biasDropoutResidual(
            Matrix y, MemorySegment weights, ParameterLayout.Linear p, Dropout dropout, Matrix residual, int tokens) {
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

    /** {@code to = dropout(from)}. */
    void dropInto(Matrix from, Dropout dropout, int tokens, Matrix to) {
        for (int t = 0; t < tokens; t++) {
            for (int c = 0; c < d; c += Lanes.COUNT) {
                long bytes = (long) c * Float.BYTES;
                FloatVector x = Lanes.load(from.memory(), from.at(t) + bytes);
                Lanes.store(dropout.apply(x, (firstToken + t) * d + c), to.memory(), to.at(t) + bytes);
            }
        }
    }

    /**
     * Replaces the gradient of f by the gradient before relu and dropout. Where f is positive, dropout kept the element, and
     * its gradient is scaled as the element was; elsewhere the gradient is 0.
     */
    void reluDropoutBackward(Matrix f, Dropout dropout, int tokens, Matrix df) {
        float scale = 1f / (1f - dropout.rate());
        for (int t = 0; t < tokens; t++) {
            for (long i = 0; i < (long) d * Float.BYTES; i += VECTOR) {
                FloatVector g = Lanes.load(df.memory(), df.at(t) + i).mul(scale);
                var positive = Lanes.load(f.memory(), f.at(t) + i).compare(VectorOperators.GT, 0f);
                Lanes.store(FloatVector.zero(Lanes.FLOATS).blend(g, positive), df.memory(), df.at(t) + i);
            }
        }
    }
}
