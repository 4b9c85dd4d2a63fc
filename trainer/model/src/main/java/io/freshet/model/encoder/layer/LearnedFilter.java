package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A filter in the frequency domain with one complex weight for each frequency and channel (Zhou et al., WWW 2022, equations 3
 * to 5), over sequences of exactly L places:
 *
 * <pre>
 * Y = irfft(W ∘ rfft(X))                                             W complex (L / 2 + 1, d), X, Y (L, d)
 * </pre>
 *
 * <p>That is a circular convolution with a kernel K of L taps per channel, which is the inverse transform of the weights. L
 * is small, so the direct convolution takes fewer operations than two matrix products with a Fourier basis, and fewer than an
 * FFT with its shuffles:
 *
 * <pre>
 * K = B · W,   y[t] = Σ_τ k[(t - τ) mod L] ∘ x[τ]
 *
 * dx[τ] = Σ_t k[(t - τ) mod L] ∘ dy[t],   dk[m] = Σ_t dy[t] ∘ x[(t - m) mod L],   dW = Bᵀ · dK
 * </pre>
 *
 * <p>W holds the real parts in its first L / 2 + 1 rows and the imaginary parts in the others. B (L, 2 (L / 2 + 1)) is the
 * inverse real Fourier transform as a matrix. B ignores the imaginary parts of the first frequency and, for an even L, of the
 * last one. The gradients of those parts are therefore zero.
 *
 * <p>{@link #convolve} computes all three sums, over taps that are read forwards or backwards. Not thread-safe: it holds
 * scratch for one sequence. All blocks of an encoder share one instance.
 */
public final class LearnedFilter {
    private static final long VECTOR = Lanes.BYTES;
    private static final long BLOCK = Lanes.BLOCK_BYTES;
    private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** Number of results that the kernel holds in registers at a time. */
    private static final int ROWS = 10;

    private final Products products;
    private final int length; // L
    private final int d;
    private final int weightRows; // 2 (L / 2 + 1)
    private final Matrix basis; // (L, 2 (L / 2 + 1)): B
    private final Matrix kernel; // (L, d): K
    private final Matrix kernelGradient; // (L, d): dK
    private final Matrix forwardTaps; // (d / 16, 2 L, 16): tap j is k[j mod L]
    private final Matrix backwardTaps; // (d / 16, 2 L, 16): tap j is k[-j mod L]
    private final Matrix inputTaps; // (d / 16, 2 L, 16): tap j is x[-j mod L] of one sequence

    public LearnedFilter(Products products, int length, int d, ScratchMemory memory) {
        this.products = products;
        this.length = length;
        this.d = d;
        this.weightRows = weightRows(length);
        this.basis = memory.matrix(length, weightRows);
        this.kernel = memory.matrix(length, d);
        this.kernelGradient = memory.matrix(length, d);
        this.forwardTaps = memory.matrix(2 * length, d);
        this.backwardTaps = memory.matrix(2 * length, d);
        this.inputTaps = memory.matrix(2 * length, d);
        fillBasis();
    }

    /** Returns the number of rows of W for sequences of {@code length} places. */
    public static int weightRows(int length) {
        return 2 * (length / 2 + 1);
    }

    /** Fills B. Every frequency except the first and the middle one counts twice, for itself and its conjugate. */
    private void fillBasis() {
        int frequencies = weightRows / 2;
        for (int t = 0; t < length; t++) {
            for (int f = 0; f < frequencies; f++) {
                boolean single = f == 0 || 2 * f == length;
                double angle = 2 * Math.PI * (f * t % length) / length;
                basis.set(t, f, (float) ((single ? 1 : 2) * StrictMath.cos(angle) / length));
                basis.set(t, frequencies + f, single ? 0f : (float) (-2 * StrictMath.sin(angle) / length));
            }
        }
    }

    /** Reads a block's weights (2 (L / 2 + 1), d). Call it before the block's pass over a chunk. */
    public void read(Parameter filter, MemorySegment weights) {
        products.multiply(basis, filter.in(weights), kernel, false);
        spread(kernel, 0, false, forwardTaps);
        spread(kernel, 0, true, backwardTaps);
    }

    /**
     * Filters a sequence.
     *
     * @param x a sequence (L, d), from row {@code first} on
     * @param y receives the result in the same rows; must not be {@code x}
     */
    public void forward(Matrix x, int first, Matrix y) {
        clear(y, first, length);
        convolve(forwardTaps, x, first, y, first);
    }

    /**
     * Computes only the last row of {@link #forward}'s result.
     *
     * @param y receives it in row {@code yRow}
     */
    public void forwardLast(Matrix x, int first, Matrix y, int yRow) {
        clear(y, yRow, 1);
        for (long column = 0; column < (long) d * Float.BYTES; column += VECTOR) {
            long tapAt = tapAt(forwardTaps, column, 2 * length - 1);
            convolveOne(forwardTaps, tapAt, x, x.at(first) + column, y, y.at(yRow) + column);
        }
    }

    /** Begins the backward pass over a chunk of a block whose weights have been {@linkplain #read read}. */
    public void beginBackward() {
        kernelGradient.memory().fill((byte) 0);
    }

    /**
     * Adds the gradient of the input.
     *
     * @param x the sequence (L, d), from row 0 on
     * @param dy gradient of the result (L, d), from row 0 on
     * @param dx the gradient of x is added to its rows from {@code first} on
     */
    public void backward(Matrix x, Matrix dy, Matrix dx, int first) {
        convolve(backwardTaps, dy, 0, dx, first);
        spread(x, 0, true, inputTaps);
        convolve(inputTaps, dy, 0, kernelGradient, 0);
    }

    /**
     * Runs the backward pass of {@link #forwardLast}.
     *
     * @param dy holds the gradient of the last row in row {@code dyRow}
     * @param dx receives the gradient of x in rows {@code first} to {@code first + L}
     */
    public void backwardLast(Matrix x, int first, Matrix dy, int dyRow, Matrix dx) {
        for (int t = 0; t < length; t++) {
            multiplyRow(x, first + t, dy, dyRow, dx, length - 1 - t);
        }
    }

    /** {@code dx = dy ∘ k}, {@code dk += dy ∘ x} for one row. */
    private void multiplyRow(Matrix input, int row, Matrix gradient, int dyRow, Matrix result, int tap) {
        MemorySegment x = input.memory();
        MemorySegment dy = gradient.memory();
        MemorySegment dx = result.memory();
        MemorySegment k = kernel.memory();
        MemorySegment dk = kernelGradient.memory();
        long dkAt = kernelGradient.at(tap);
        long kAt = kernel.at(tap);
        long xAt = input.at(row);
        long dyAt = gradient.at(dyRow);
        long dxAt = result.at(row);
        for (long i = 0; i < (long) d * Float.BYTES; i += VECTOR) {
            FloatVector g = Lanes.load(dy, dyAt + i);
            Lanes.store(g.mul(Lanes.load(k, kAt + i)), dx, dxAt + i);
            Lanes.store(g.fma(Lanes.load(x, xAt + i), Lanes.load(dk, dkAt + i)), dk, dkAt + i);
        }
    }

    /** Adds the weights' gradient. Call it after the backward passes of all sequences of the chunk. */
    public void endBackward(Parameter filter, MemorySegment gradients) {
        products.multiplyTransposed(basis, kernelGradient, filter.in(gradients), true);
    }

    /** Writes each row of {@code from} (L, d) twice, in ascending or descending order, so that no index is taken modulo L. */
    private void spread(Matrix from, int first, boolean backwards, Matrix taps) {
        for (int j = 0; j < 2 * length; j++) {
            int row = first + (backwards ? (2 * length - j) % length : j % length);
            for (long column = 0; column < (long) d * Float.BYTES; column += BLOCK) {
                MemorySegment.copy(from.memory(), from.at(row) + column, taps.memory(), tapAt(taps, column, j), BLOCK);
            }
        }
    }

    /** Returns the byte offset of tap {@code j} for the vector that starts {@code column} bytes into a row. */
    private long tapAt(Matrix taps, long column, int j) {
        long block = column / BLOCK;
        return taps.at(0) + (block * 2 * length + j) * BLOCK + column % BLOCK;
    }

    private void clear(Matrix y, int first, int rows) {
        FloatVector zero = FloatVector.zero(Lanes.FLOATS);
        for (int row = first; row < first + rows; row++) {
            long at = y.at(row);
            for (long column = 0; column < (long) d * Float.BYTES; column += VECTOR) {
                Lanes.store(zero, y.memory(), at + column);
            }
        }
    }

    /** {@code y[t] += Σ_τ taps[t - τ + L] ∘ x[τ]} for rows t of one sequence. */
    private void convolve(Matrix taps, Matrix x, int xRow, Matrix y, int yRow) {
        for (long column = 0; column < (long) d * Float.BYTES; column += VECTOR) {
            long xAt = x.at(xRow) + column;
            int t = 0;
            for (; t + ROWS <= length; t += ROWS) {
                convolveTen(taps, tapAt(taps, column, t + length), x, xAt, y, y.at(yRow + t) + column);
            }
            for (; t < length; t++) {
                convolveOne(taps, tapAt(taps, column, t + length), x, xAt, y, y.at(yRow + t) + column);
            }
        }
    }

    /**
     * Adds to one vector of each of ten neighbouring results, whose sums stay in registers. The sums always start from the
     * contents of y: a choice between the contents and zero would make C2 box each sum. The method calls the Vector API
     * directly instead of {@link Lanes}, because C2 inlines little else into a method of this size.
     *
     * @param tapsAt offset of the tap that multiplies the first x in the first result
     */
    private void convolveTen(Matrix tapMatrix, long tapsAt, Matrix from, long xAt, Matrix to, long yAt) {
        MemorySegment taps = tapMatrix.memory();
        MemorySegment x = from.memory();
        long xRow = from.strideBytes();
        MemorySegment y = to.memory();
        long yRow = to.strideBytes();
        int count = length;
        FloatVector sum0 = FloatVector.fromMemorySegment(FLOATS, y, yAt, ORDER);
        FloatVector sum1 = FloatVector.fromMemorySegment(FLOATS, y, yAt + yRow, ORDER);
        FloatVector sum2 = FloatVector.fromMemorySegment(FLOATS, y, yAt + 2 * yRow, ORDER);
        FloatVector sum3 = FloatVector.fromMemorySegment(FLOATS, y, yAt + 3 * yRow, ORDER);
        FloatVector sum4 = FloatVector.fromMemorySegment(FLOATS, y, yAt + 4 * yRow, ORDER);
        FloatVector sum5 = FloatVector.fromMemorySegment(FLOATS, y, yAt + 5 * yRow, ORDER);
        FloatVector sum6 = FloatVector.fromMemorySegment(FLOATS, y, yAt + 6 * yRow, ORDER);
        FloatVector sum7 = FloatVector.fromMemorySegment(FLOATS, y, yAt + 7 * yRow, ORDER);
        FloatVector sum8 = FloatVector.fromMemorySegment(FLOATS, y, yAt + 8 * yRow, ORDER);
        FloatVector sum9 = FloatVector.fromMemorySegment(FLOATS, y, yAt + 9 * yRow, ORDER);
        long tap = tapsAt;
        long at = xAt;
        for (int i = 0; i < count; i++) {
            FloatVector value = FloatVector.fromMemorySegment(FLOATS, x, at, ORDER);
            sum0 = value.fma(FloatVector.fromMemorySegment(FLOATS, taps, tap, ORDER), sum0);
            sum1 = value.fma(FloatVector.fromMemorySegment(FLOATS, taps, tap + BLOCK, ORDER), sum1);
            sum2 = value.fma(FloatVector.fromMemorySegment(FLOATS, taps, tap + 2 * BLOCK, ORDER), sum2);
            sum3 = value.fma(FloatVector.fromMemorySegment(FLOATS, taps, tap + 3 * BLOCK, ORDER), sum3);
            sum4 = value.fma(FloatVector.fromMemorySegment(FLOATS, taps, tap + 4 * BLOCK, ORDER), sum4);
            sum5 = value.fma(FloatVector.fromMemorySegment(FLOATS, taps, tap + 5 * BLOCK, ORDER), sum5);
            sum6 = value.fma(FloatVector.fromMemorySegment(FLOATS, taps, tap + 6 * BLOCK, ORDER), sum6);
            sum7 = value.fma(FloatVector.fromMemorySegment(FLOATS, taps, tap + 7 * BLOCK, ORDER), sum7);
            sum8 = value.fma(FloatVector.fromMemorySegment(FLOATS, taps, tap + 8 * BLOCK, ORDER), sum8);
            sum9 = value.fma(FloatVector.fromMemorySegment(FLOATS, taps, tap + 9 * BLOCK, ORDER), sum9);
            tap -= BLOCK;
            at += xRow;
        }
        sum0.intoMemorySegment(y, yAt, ORDER);
        sum1.intoMemorySegment(y, yAt + yRow, ORDER);
        sum2.intoMemorySegment(y, yAt + 2 * yRow, ORDER);
        sum3.intoMemorySegment(y, yAt + 3 * yRow, ORDER);
        sum4.intoMemorySegment(y, yAt + 4 * yRow, ORDER);
        sum5.intoMemorySegment(y, yAt + 5 * yRow, ORDER);
        sum6.intoMemorySegment(y, yAt + 6 * yRow, ORDER);
        sum7.intoMemorySegment(y, yAt + 7 * yRow, ORDER);
        sum8.intoMemorySegment(y, yAt + 8 * yRow, ORDER);
        sum9.intoMemorySegment(y, yAt + 9 * yRow, ORDER);
    }

    /** Computes one vector of one result, to the same bits as {@link #convolveTen}. */
    private void convolveOne(Matrix tapMatrix, long tapsAt, Matrix from, long xAt, Matrix to, long yAt) {
        MemorySegment taps = tapMatrix.memory();
        MemorySegment x = from.memory();
        long xRow = from.strideBytes();
        FloatVector sum = Lanes.load(to.memory(), yAt);
        long tap = tapsAt;
        long at = xAt;
        for (int i = 0; i < length; i++) {
            sum = Lanes.load(x, at).fma(Lanes.load(taps, tap), sum);
            tap -= BLOCK;
            at += xRow;
        }
        Lanes.store(sum, to.memory(), yAt);
    }
}
