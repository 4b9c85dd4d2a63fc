package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.Dropout;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.Rows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

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
 * Not thread-safe: it holds scratch for one sequence. Rows of P are {@code stride()} floats apart.
 */
public final class CausalAttention implements AutoCloseable {
    private static final long VECTOR = (long) Lanes.COUNT * Float.BYTES;
    private static final long BLOCK = Lanes.BLOCK_BYTES;

    private final Products products;
    private final int stride;
    private final float scale;
    private final ScratchMemory memory;
    private final Matrix dropped; // (maxLength, stride): P̃
    private final Matrix gradient; // (maxLength, stride): dP̃, then dS

    /** Creates an instance with scratch memory of its own. */
    public CausalAttention(int headDim, int maxLength, Products products) {
        this(headDim, maxLength, products, new ScratchMemory());
    }

    /**
     * @param memory the encoder's scratch memory; once it is closed, this instance cannot be used
     */
    CausalAttention(int headDim, int maxLength, Products products, ScratchMemory memory) {
        this.products = products;
        this.stride = Lanes.roundUp(maxLength);
        this.scale = (float) (1 / Math.sqrt(headDim));
        this.memory = memory;
        this.dropped = memory.matrix(maxLength, stride);
        this.gradient = memory.matrix(maxLength, stride);
    }

    /** Returns the number of floats from one row of P to the next. */
    public int stride() {
        return stride;
    }

    /**
     * Computes the output O of one head for one sequence.
     *
     * @param head the head's matrices for the sequence (n, h)
     * @param probabilities receives P (n, stride)
     * @param element the dropout element number of P's first number
     */
    public void forward(AttentionMatrices head, Matrix probabilities, Dropout dropout, int element) {
        int n = head.q().rows();
        int columns = Lanes.roundUp(n);
        for (int i = 0; i < n; i++) {
            dots(head.q(), head.k(), i, i + 1, Float.NEGATIVE_INFINITY, probabilities);
            softmax(probabilities.memory(), probabilities.at(i), i + 1, columns, scale);
        }
        Matrix mixture = probabilities;
        if (!dropout.isNone()) {
            mixture = dropped;
            drop(probabilities, dropout, element, mixture.rows(0, n).columns(0, columns));
        }
        products.multiply(mixture.rows(0, n).columns(0, n), head.v(), head.o(), false);
    }

    /**
     * Computes only the last row of {@link #forward}'s result, without dropout.
     *
     * @param head the head's matrices for the sequence: keys and values (n, h), and the last position's query and
     *     result (1, h)
     * @param probabilities scratch for one row
     */
    public void forwardLast(AttentionMatrices head, Matrix probabilities) {
        int n = head.k().rows();
        dots(head.q(), head.k(), 0, n, Float.NEGATIVE_INFINITY, probabilities);
        softmax(probabilities.memory(), probabilities.at(0), n, Lanes.roundUp(n), scale);
        products.multiply(probabilities.rows(0, 1).columns(0, n), head.v(), head.o(), false);
    }

    /**
     * Computes the gradients of one head for one sequence.
     *
     * @param head the head's matrices for the sequence (n, h)
     * @param probabilities P (n, stride), as {@link #forward} left it
     * @param gradients the gradient of O, and receives those of Q, K and V (n, h)
     */
    public void backward(
            AttentionMatrices head, Matrix probabilities, Dropout dropout, int element, AttentionMatrices gradients) {
        int n = head.q().rows();
        int columns = Lanes.roundUp(n);
        for (int i = 0; i < n; i++) {
            dots(gradients.o(), head.v(), i, i + 1, 0f, gradient);
        }
        Matrix mixture = probabilities;
        if (!dropout.isNone()) {
            mixture = dropped;
            drop(probabilities, dropout, element, mixture.rows(0, n).columns(0, columns));
            drop(gradient, dropout, element, gradient.rows(0, n).columns(0, columns));
        }
        products.multiplyTransposed(mixture.rows(0, n).columns(0, n), gradients.o(), gradients.v(), false);
        for (int i = 0; i < n; i++) {
            softmaxBackward(
                    probabilities.memory(), probabilities.at(i), gradient.memory(), gradient.at(i), columns, scale);
        }
        Matrix dS = gradient.rows(0, n).columns(0, n);
        products.multiply(dS, head.k(), gradients.q(), false);
        products.multiplyTransposed(dS, head.q(), gradients.k(), false);
    }

    /**
     * Computes {@code result[row][j] = a[row] · b[j]} for {@code j < count}, and sets the columns from {@code count} to
     * the number of rows of b, rounded up, to {@code rest}. Sequences are short, so inner products of rows as they lie in
     * memory are faster than a matrix product that needs one operand transposed. Causal attention also needs only half
     * of them.
     */
    static void dots(Matrix a, Matrix b, int row, int count, float rest, Matrix result) {
        FloatVector filling = FloatVector.broadcast(Lanes.FLOATS, rest);
        MemorySegment to = result.memory();
        long at = result.at(row);
        long bytes = (long) Lanes.roundUp(b.rows()) * Float.BYTES;
        for (long i = 0; i < bytes; i += VECTOR) {
            Lanes.store(filling, to, at + i);
        }
        // Four rows cost little more than one. Rows after the last one are therefore computed from arbitrary contents
        // of b's memory, and then overwritten with rest.
        int rows = Math.max(count, Math.min((count + 3) & -4, b.strides()));
        Rows.dots(b, rows, a.memory(), a.at(row), to, at);
        for (int j = count; j < rows; j++) {
            result.set(row, j, rest);
        }
    }

    /**
     * Replaces the first {@code count} columns of a row by {@code softmax(scale · s)}. The other columns hold -∞ and
     * become 0.
     */
    static void softmax(MemorySegment row, long at, int count, int columns, float scale) {
        long bytes = (long) columns * Float.BYTES;
        float shift = largest(row, at, bytes) * scale;
        float inverse = 1 / exponentiate(row, at, count, bytes, scale, shift);
        for (long i = 0; i < bytes; i += VECTOR) {
            Lanes.store(Lanes.load(row, at + i).mul(inverse), row, at + i);
        }
    }

    private static float largest(MemorySegment row, long at, long bytes) {
        FloatVector max = Lanes.load(row, at);
        for (long i = VECTOR; i < bytes; i += VECTOR) {
            max = Lanes.larger(Lanes.load(row, at + i), max);
        }
        return Lanes.largest(max);
    }

    /**
     * Replaces the first {@code count} columns by {@code exp(scale · s - shift)} and the others by 0. Returns the
     * sum.
     */
    private static float exponentiate(MemorySegment row, long at, int count, long bytes, float scale, float shift) {
        FloatVector zero = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum0 = zero;
        FloatVector sum1 = zero;
        FloatVector sum2 = zero;
        FloatVector sum3 = zero;
        int column = 0;
        for (long i = 0; i < bytes; i += BLOCK) {
            sum0 = exponential(row, at + i, column, count, scale, shift).add(sum0);
            column += Lanes.COUNT;
            if (Lanes.COUNT <= 8) {
                sum1 = exponential(row, at + i + VECTOR, column, count, scale, shift)
                        .add(sum1);
                column += Lanes.COUNT;
            }
            if (Lanes.COUNT <= 4) {
                sum2 = exponential(row, at + i + 2 * VECTOR, column, count, scale, shift)
                        .add(sum2);
                column += Lanes.COUNT;
                sum3 = exponential(row, at + i + 3 * VECTOR, column, count, scale, shift)
                        .add(sum3);
                column += Lanes.COUNT;
            }
        }
        return Lanes.sum(sum0, sum1, sum2, sum3);
    }

    /** Replaces the vector that starts at column {@code column} by its exponentials. */
    private static FloatVector exponential(
            MemorySegment row, long at, int column, int count, float scale, float shift) {
        FloatVector e = Lanes.exp(Lanes.load(row, at).mul(scale).sub(shift));
        FloatVector kept = FloatVector.zero(Lanes.FLOATS).blend(e, Lanes.FLOATS.indexInRange(column, count));
        Lanes.store(kept, row, at);
        return kept;
    }

    static void softmaxBackward(
            MemorySegment probabilities, long pAt, MemorySegment gradient, long gAt, int columns, float scale) {
        long bytes = (long) columns * Float.BYTES;
        float mean = Rows.dot(probabilities, pAt, gradient, gAt, columns);
        for (long i = 0; i < bytes; i += VECTOR) {
            FloatVector centred = Lanes.load(gradient, gAt + i).sub(mean);
            Lanes.store(Lanes.load(probabilities, pAt + i).mul(centred).mul(scale), gradient, gAt + i);
        }
    }

    /**
     * Computes {@code to = dropout(from)}. {@code element} is the dropout element number of the first number. A row
     * has as many element numbers as {@code to} has floats from one row to the next.
     */
    static void drop(Matrix from, Dropout dropout, int element, Matrix to) {
        int columns = to.columns();
        for (int i = 0; i < to.rows(); i++) {
            for (int j = 0; j < columns; j += Lanes.COUNT) {
                long bytes = (long) j * Float.BYTES;
                FloatVector x = Lanes.load(from.memory(), from.at(i) + bytes);
                Lanes.store(dropout.apply(x, element + i * to.stride() + j), to.memory(), to.at(i) + bytes);
            }
        }
    }

    @Override
    public void close() {
        memory.close();
    }
}
