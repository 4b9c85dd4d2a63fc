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
 * dropout, relu and residuals. A pass covers the first {@code tokens} rows of its matrices (tokens, d). For dropout, row 0 is
 * token {@code firstToken}.
 */
final class TokenPasses {
    private static final long VECTOR = (long) Lanes.COUNT * Float.BYTES;

    private final SasRecLayout layout;
    private final Products products;
    private final int d;

    TokenPasses(SasRecConfig config, SasRecLayout layout, Products products) {
        this.layout = layout;
        this.products = products;
        this.d = config.dim();
    }

    /** Computes {@code x = dropout(E[items] · √d + positions)} for the batch's tokens from {@code firstToken} on. */
    void embed(
            SequenceBatch batch,
            int firstToken,
            int tokens,
            RowTable items,
            MemorySegment weights,
            Dropout dropout,
            Matrix x) {
        float scale = (float) Math.sqrt(d);
        for (int t = 0; t < tokens; t++) {
            int row = batch.input(firstToken + t);
            int position = layout.positions().start() + batch.position(firstToken + t) * d;
            embedRow(
                    items.memory(row),
                    items.at(row),
                    weights,
                    (long) position * Float.BYTES,
                    scale,
                    dropout,
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
            Dropout dropout,
            MemorySegment x,
            long xAt,
            int element) {
        for (int c = 0; c < d; c += Lanes.COUNT) {
            long bytes = (long) c * Float.BYTES;
            FloatVector sum = Lanes.load(item, itemAt + bytes).mul(scale).add(Lanes.load(weights, positionAt + bytes));
            Lanes.store(dropout.apply(sum, element + c), x, xAt + bytes);
        }
    }

    /**
     * Runs the backward pass of {@link #embed}.
     *
     * @param dx gradient of x
     * @param gradients the flat block that the positions' gradients are added to
     * @param dItems receives, in the batch's token rows, the gradients of E[items] (tokens of the batch, d)
     */
    void unembed(
            SequenceBatch batch,
            int firstToken,
            int tokens,
            Matrix dx,
            Dropout dropout,
            MemorySegment gradients,
            Matrix dItems) {
        float scale = (float) Math.sqrt(d);
        for (int t = 0; t < tokens; t++) {
            int position = layout.positions().start() + batch.position(firstToken + t) * d;
            unembedRow(
                    dx.memory(),
                    dx.at(t),
                    gradients,
                    (long) position * Float.BYTES,
                    scale,
                    dropout,
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
            Dropout dropout,
            MemorySegment dItem,
            long dItemAt,
            int element) {
        for (int c = 0; c < d; c += Lanes.COUNT) {
            long bytes = (long) c * Float.BYTES;
            FloatVector g = dropout.apply(Lanes.load(dx, dxAt + bytes), element + c);
            Lanes.store(g.add(Lanes.load(gradients, positionAt + bytes)), gradients, positionAt + bytes);
            Lanes.store(g.mul(scale), dItem, dItemAt + bytes);
        }
    }

    /** {@code y = x · W}. */
    void product(Matrix x, ParameterLayout.Linear p, MemorySegment weights, int tokens, Matrix y) {
        products.multiply(x, 0, Matrix.over(weights, p.weight().start(), d), 0, y, 0, tokens, d, d, false);
    }

    /** {@code y += x · W}. */
    void accumulate(Matrix x, ParameterLayout.Linear p, MemorySegment weights, int tokens, Matrix y) {
        products.multiply(x, 0, Matrix.over(weights, p.weight().start(), d), 0, y, 0, tokens, d, d, true);
    }

    /** {@code y = x · W + b}. */
    void linear(Matrix x, ParameterLayout.Linear p, MemorySegment weights, int tokens, Matrix y) {
        long biasAt = (long) p.bias().start() * Float.BYTES;
        Matrix weight = Matrix.over(weights, p.weight().start(), d);
        products.multiplyAdding(weights, biasAt, x, 0, weight, 0, y, 0, tokens, d, d);
    }

    /** {@code dW += xᵀ · dy}, {@code db += Σ dy}. */
    void weightGradient(Matrix x, Matrix dy, ParameterLayout.Linear p, int tokens, MemorySegment gradients) {
        Matrix dw = Matrix.over(gradients, p.weight().start(), d);
        products.multiplyTransposed(x, 0, dy, 0, dw, 0, d, d, tokens, true);
        long biasAt = (long) p.bias().start() * Float.BYTES;
        Rows.addAll(dy, 0, tokens, gradients, biasAt, d);
    }

    void add(Matrix from, int tokens, Matrix to) {
        for (int t = 0; t < tokens; t++) {
            Rows.add(from.memory(), from.at(t), to.memory(), to.at(t), d);
        }
    }

    /** {@code f = dropout(relu(f + b))}. */
    void biasDropoutRelu(
            Matrix f, MemorySegment weights, ParameterLayout.Linear p, Dropout dropout, int firstToken, int tokens) {
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
            Matrix y,
            MemorySegment weights,
            ParameterLayout.Linear p,
            Dropout dropout,
            Matrix residual,
            int firstToken,
            int tokens) {
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
    void dropInto(Matrix from, Dropout dropout, int firstToken, int tokens, Matrix to) {
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
