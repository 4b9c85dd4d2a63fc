package io.freshet.encoder;

import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Lanes;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Products;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Scaled dot-product attention in which a position sees itself and those before it (Vaswani et al., arXiv 1706.03762),
 * for one head and one sequence of n tokens:
 *
 * <pre>
 * P = softmax(Q · Kᵀ / √h) over j ≤ i,   P̃ = dropout(P),   O = P̃ · V
 *
 * dP̃ = dO · Vᵀ,   dP = dropout(dP̃),   dV = P̃ᵀ · dO
 * dS = P ∘ (dP - Σⱼ P ∘ dP) / √h,   dQ = dS · K,   dK = dSᵀ · Q
 * </pre>
 *
 * Holds scratch for one sequence: one instance a thread. Rows of P are {@code stride()} floats apart.
 */
final class CausalAttention implements AutoCloseable {
    private static final long VECTOR = (long) Lanes.COUNT * Float.BYTES;

    private final Products products;
    private final int headDim;
    private final int stride;
    private final float scale;
    private final FloatBlock block;
    private final Matrix transposed; // (h, stride): Kᵀ or Vᵀ
    private final Matrix dropped; // (maxLength, stride): P̃
    private final Matrix gradient; // (maxLength, stride): dP̃, then dS

    CausalAttention(SasRecConfig config, Products products) {
        this.products = products;
        this.headDim = config.headDim();
        this.stride = Lanes.roundUp(config.maxLength());
        this.scale = (float) (1 / Math.sqrt(headDim));
        long square = (long) config.maxLength() * stride;
        this.block = FloatBlock.zeros((long) headDim * stride + 2 * square);
        this.transposed = Matrix.over(block.memory(), 0, stride);
        this.dropped = Matrix.over(block.memory(), (long) headDim * stride, stride);
        this.gradient = Matrix.over(block.memory(), (long) headDim * stride + square, stride);
    }

    /** Floats from one row of P to the next. */
    int stride() {
        return stride;
    }

    /**
     * @param q,k,v the head's columns; rows {@code first} to {@code first + n} are the sequence
     * @param probabilities receives P in the same rows (n, stride)
     * @param element the dropout's number of row {@code first}, column 0
     * @param o receives O in the same rows
     */
    void forward(
            Matrix q,
            Matrix k,
            Matrix v,
            int first,
            int n,
            Matrix probabilities,
            Dropout dropout,
            int element,
            Matrix o) {
        int columns = Lanes.roundUp(n);
        transpose(k, first, n);
        products.multiply(q, first, transposed, 0, probabilities, first, n, columns, headDim, false);
        for (int i = 0; i < n; i++) {
            softmax(probabilities.memory(), probabilities.at(first + i), i, columns, scale);
        }
        if (dropout.isNone()) {
            products.multiply(probabilities, first, v, first, o, first, n, headDim, n, false);
        } else {
            drop(probabilities, first, n, columns, dropout, element, dropped, 0);
            products.multiply(dropped, 0, v, first, o, first, n, headDim, n, false);
        }
    }

    /**
     * @param dO gradient of O, in rows {@code first} to {@code first + n}
     * @param dQ,dK,dV receive the gradients in the same rows
     */
    void backward(
            Matrix q,
            Matrix k,
            Matrix v,
            int first,
            int n,
            Matrix probabilities,
            Dropout dropout,
            int element,
            Matrix dO,
            Matrix dQ,
            Matrix dK,
            Matrix dV) {
        int columns = Lanes.roundUp(n);
        transpose(v, first, n);
        products.multiply(dO, first, transposed, 0, gradient, 0, n, columns, headDim, false);
        if (dropout.isNone()) {
            products.multiplyTransposed(probabilities, first, dO, first, dV, first, n, headDim, n, false);
        } else {
            drop(probabilities, first, n, columns, dropout, element, dropped, 0);
            products.multiplyTransposed(dropped, 0, dO, first, dV, first, n, headDim, n, false);
            drop(gradient, 0, n, columns, dropout, element, gradient, 0);
        }
        for (int i = 0; i < n; i++) {
            softmaxBackward(
                    probabilities.memory(),
                    probabilities.at(first + i),
                    gradient.memory(),
                    gradient.at(i),
                    columns,
                    scale);
        }
        products.multiply(gradient, 0, k, first, dQ, first, n, headDim, n, false);
        products.multiplyTransposed(gradient, 0, q, first, dK, first, n, headDim, n, false);
    }

    private void transpose(Matrix rows, int first, int n) {
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < headDim; c++) {
                transposed.set(c, i, rows.get(first + i, c));
            }
        }
    }

    /** Softmax over the first {@code last + 1} of a row's columns; the others become 0. */
    private static void softmax(MemorySegment row, long at, int last, int columns, float scale) {
        float shift = largest(row, at, last + 1) * scale;
        float inverse = 1 / exponentiate(row, at, last + 1, columns, scale, shift);
        for (long i = 0; i < (long) columns * Float.BYTES; i += VECTOR) {
            Lanes.store(Lanes.load(row, at + i).mul(inverse), row, at + i);
        }
    }

    /** The largest of some numbers is the same in any order: here {@code reduceLanes} is safe. */
    private static float largest(MemorySegment row, long at, int count) {
        FloatVector least = FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY);
        FloatVector max = least;
        for (int j = 0; j < count; j += Lanes.COUNT) {
            // Not by a masked maximum: x86 has none, and the Vector API's own goes through arrays.
            FloatVector s = Lanes.load(row, at + (long) j * Float.BYTES);
            max = max.max(least.blend(s, Lanes.FLOATS.indexInRange(j, count)));
        }
        return max.reduceLanes(VectorOperators.MAX);
    }

    /** {@code exp(scale · s - shift)} of the first {@code count} columns, 0 in the others; returns the sum. */
    private static float exponentiate(MemorySegment row, long at, int count, int columns, float scale, float shift) {
        FloatVector zero = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum = zero;
        for (int j = 0; j < columns; j += Lanes.COUNT) {
            long here = at + (long) j * Float.BYTES;
            FloatVector e = Lanes.exp(Lanes.load(row, here).mul(scale).sub(shift));
            FloatVector kept = zero.blend(e, Lanes.FLOATS.indexInRange(j, count));
            sum = sum.add(kept);
            Lanes.store(kept, row, here);
        }
        return Lanes.sum(sum);
    }

    private static void softmaxBackward(
            MemorySegment probabilities, long pAt, MemorySegment gradient, long gAt, int columns, float scale) {
        long bytes = (long) columns * Float.BYTES;
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (long i = 0; i < bytes; i += VECTOR) {
            sum = Lanes.load(probabilities, pAt + i).fma(Lanes.load(gradient, gAt + i), sum);
        }
        float mean = Lanes.sum(sum);
        for (long i = 0; i < bytes; i += VECTOR) {
            FloatVector centred = Lanes.load(gradient, gAt + i).sub(mean);
            Lanes.store(Lanes.load(probabilities, pAt + i).mul(centred).mul(scale), gradient, gAt + i);
        }
    }

    private static void drop(
            Matrix from, int fromRow, int n, int columns, Dropout dropout, int element, Matrix to, int toRow) {
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < columns; j += Lanes.COUNT) {
                long bytes = (long) j * Float.BYTES;
                FloatVector x = Lanes.load(from.memory(), from.at(fromRow + i) + bytes);
                Lanes.store(dropout.apply(x, element + i * to.stride() + j), to.memory(), to.at(toRow + i) + bytes);
            }
        }
    }

    @Override
    public void close() {
        block.close();
    }
}
