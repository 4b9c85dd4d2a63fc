package io.freshet.encoder;

import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Lanes;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Products;
import io.freshet.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

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
    private static final int WIDE = 4 * Lanes.COUNT;
    private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final Products products;
    private final int headDim;
    private final int stride;
    private final float scale;
    private final FloatBlock block;
    private final Matrix dropped; // (maxLength, stride): P̃
    private final Matrix gradient; // (maxLength, stride): dP̃, then dS

    CausalAttention(SasRecConfig config, Products products) {
        this.products = products;
        this.headDim = config.headDim();
        this.stride = Lanes.roundUp(config.maxLength());
        this.scale = (float) (1 / Math.sqrt(headDim));
        long square = (long) config.maxLength() * stride;
        this.block = FloatBlock.zeros(2 * square);
        this.dropped = Matrix.over(block.memory(), 0, stride);
        this.gradient = Matrix.over(block.memory(), square, stride);
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
        products(q, k, first, n, columns, scale, probabilities, first);
        for (int i = 0; i < n; i++) {
            softmax(probabilities.memory(), probabilities.at(first + i), i, columns);
        }
        if (dropout.isNone()) {
            products.multiply(probabilities, first, v, first, o, first, n, headDim, n, false);
        } else {
            drop(probabilities, first, n, columns, dropout, element, dropped, 0);
            products.multiply(dropped, 0, v, first, o, first, n, headDim, n, false);
        }
    }

    /**
     * The last row of {@link #forward} alone, without dropout.
     *
     * @param q the row {@code query} of it is the last position's
     * @param k,v the head's columns; rows {@code first} to {@code first + n} are the sequence
     * @param probabilities scratch of a row
     * @param o receives O's last row in row {@code query}
     */
    void forwardLast(Matrix q, int query, Matrix k, Matrix v, int first, int n, Matrix probabilities, Matrix o) {
        int columns = Lanes.roundUp(n);
        dots(q, query, k, first, n - 1, columns, scale, probabilities, 0);
        softmax(probabilities.memory(), probabilities.at(0), n - 1, columns);
        products.multiply(probabilities, 0, v, first, o, query, 1, headDim, n, false);
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
        products(dO, v, first, n, columns, 1f, gradient, 0);
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

    /**
     * {@code result[i][j] = scale · a[i] · b[j]} for j ≤ i, and 0 in the columns after; the rows of a and b from
     * {@code first} on. Sequences are short: dot products of rows as they lie in memory beat a product that needs one
     * operand transposed, and half of them are not needed.
     */
    private void products(Matrix a, Matrix b, int first, int n, int columns, float factor, Matrix result, int row) {
        for (int i = 0; i < n; i++) {
            dots(a, first + i, b, first, i, columns, factor, result, row + i);
        }
    }

    /** {@code result[row][j] = scale · a[aRow] · b[first + j]} for j ≤ last, and 0 in the columns after. */
    private void dots(
            Matrix a, int aRow, Matrix b, int first, int last, int columns, float factor, Matrix result, int row) {
        FloatVector zero = FloatVector.zero(Lanes.FLOATS);
        long at = result.at(row);
        for (int j = 0; j < columns; j += Lanes.COUNT) {
            Lanes.store(zero, result.memory(), at + (long) j * Float.BYTES);
        }
        if (headDim == WIDE) {
            wideDots(
                    a.memory(),
                    a.at(aRow),
                    b.memory(),
                    b.at(first),
                    b.strideBytes(),
                    last,
                    factor,
                    result.memory(),
                    at);
        } else {
            for (int j = 0; j <= last; j++) {
                float dot = Rows.dot(a.memory(), a.at(aRow), b.memory(), b.at(first + j), headDim);
                result.memory().set(FLOAT, at + (long) j * Float.BYTES, factor * dot);
            }
        }
    }

    /** Of one row of four vectors with rows 0 to {@code last}. */
    private static void wideDots(
            MemorySegment a,
            long aAt,
            MemorySegment b,
            long bAt,
            long bRow,
            int last,
            float factor,
            MemorySegment to,
            long toAt) {
        FloatVector a0 = FloatVector.fromMemorySegment(FLOATS, a, aAt, ORDER);
        FloatVector a1 = FloatVector.fromMemorySegment(FLOATS, a, aAt + VECTOR, ORDER);
        FloatVector a2 = FloatVector.fromMemorySegment(FLOATS, a, aAt + 2 * VECTOR, ORDER);
        FloatVector a3 = FloatVector.fromMemorySegment(FLOATS, a, aAt + 3 * VECTOR, ORDER);
        for (int j = 0; j <= last; j++) {
            long at = bAt + j * bRow;
            FloatVector sum = a0.mul(FloatVector.fromMemorySegment(FLOATS, b, at, ORDER));
            sum = a1.fma(FloatVector.fromMemorySegment(FLOATS, b, at + VECTOR, ORDER), sum);
            sum = a2.fma(FloatVector.fromMemorySegment(FLOATS, b, at + 2 * VECTOR, ORDER), sum);
            sum = a3.fma(FloatVector.fromMemorySegment(FLOATS, b, at + 3 * VECTOR, ORDER), sum);
            to.set(FLOAT, toAt + (long) j * Float.BYTES, factor * Lanes.sum(sum));
        }
    }

    /** Softmax over the first {@code last + 1} of a row's columns; the others become 0. */
    private static void softmax(MemorySegment row, long at, int last, int columns) {
        float shift = largest(row, at, last + 1);
        float inverse = 1 / exponentiate(row, at, last + 1, columns, shift);
        for (long i = 0; i < (long) columns * Float.BYTES; i += VECTOR) {
            Lanes.store(Lanes.load(row, at + i).mul(inverse), row, at + i);
        }
    }

    private static float largest(MemorySegment row, long at, int count) {
        float max = row.get(FLOAT, at);
        for (int j = 1; j < count; j++) {
            max = Math.max(max, row.get(FLOAT, at + (long) j * Float.BYTES));
        }
        return max;
    }

    /** {@code exp(s - shift)} of the first {@code count} columns, 0 in the others; returns the sum. */
    private static float exponentiate(MemorySegment row, long at, int count, int columns, float shift) {
        FloatVector zero = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum = zero;
        for (int j = 0; j < columns; j += Lanes.COUNT) {
            long here = at + (long) j * Float.BYTES;
            FloatVector e = Lanes.exp(Lanes.load(row, here).sub(shift));
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
