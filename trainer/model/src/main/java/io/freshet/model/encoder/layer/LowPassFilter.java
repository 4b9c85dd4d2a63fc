package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.ParameterLayout.Parameter;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * BSARec's frequency rescaler (Shin et al., AAAI 2024, equations 6 and 7) over sequences of exactly L places: the lowest
 * frequencies of X are kept, and the others are multiplied by the square of a learned β for each channel:
 *
 * <pre>
 * low(X) = Q · Qᵀ · X,   Y = low(X) + β² ∘ (X - low(X))                    X, Y (L, d), Q (L, r)
 *
 * dX = β² ∘ dY + low((1 - β²) ∘ dY),   dβ = 2 β ∘ Σ dY ∘ (X - low(X))
 * </pre>
 *
 * <p>Q is an orthonormal basis of the real sequences with only those lowest frequencies. It has r = 2 f - 1 columns for f
 * frequencies. The two products with Q take 4 r L d operations, which is less than a Fourier transform. A call computes any
 * run of places; a place has the same bits whichever run it is computed in. Not thread-safe: it holds scratch for one
 * sequence.
 */
public final class LowPassFilter {
    private final Products products;
    private final int length; // L
    private final int d;
    private final int rank; // r
    private final Matrix basis; // (L, r): Q
    private final Matrix coefficients; // (r, d): Qᵀ · X
    private final Matrix low; // (L, d)
    private final Matrix scaled; // (L, d): (1 - β²) ∘ dY

    /**
     * @param frequencies number of lowest frequencies that are kept, including that of a constant
     */
    public LowPassFilter(Products products, int length, int frequencies, int d, ScratchMemory memory) {
        this.products = products;
        this.length = length;
        this.d = d;
        this.rank = rank(length, frequencies);
        this.basis = memory.matrix(length, rank);
        this.coefficients = memory.matrix(rank, d);
        this.low = memory.matrix(length, d);
        this.scaled = memory.matrix(length, d);
        fillBasis();
    }

    /**
     * Returns the number of columns of Q: two for each frequency, but one for that of a constant and one for that of an
     * alternating sequence.
     */
    public static int rank(int length, int frequencies) {
        return Math.min(2 * frequencies - 1, length);
    }

    private void fillBasis() {
        for (int column = 0; column < rank; column++) {
            int f = (column + 1) / 2;
            boolean single = f == 0 || 2 * f == length;
            double norm = Math.sqrt((single ? 1.0 : 2.0) / length);
            for (int t = 0; t < length; t++) {
                double angle = 2 * Math.PI * (f * t % length) / length;
                boolean cosine = column == 0 || column % 2 == 1;
                double wave = cosine ? StrictMath.cos(angle) : StrictMath.sin(angle);
                basis.set(t, column, (float) (norm * wave));
            }
        }
    }

    /**
     * Computes places {@code place} to {@code place + count} of the result.
     *
     * @param x the sequence, in rows {@code first} to {@code first + L}
     * @param y receives the places from row {@code yRow} on
     */
    public void forward(
            Matrix x, int first, int place, int count, Parameter beta, MemorySegment weights, Matrix y, int yRow) {
        lowPass(x, first, place, count);
        for (int i = 0; i < count; i++) {
            rescale(
                    low.memory(),
                    low.at(i),
                    x.memory(),
                    x.at(first + place + i),
                    weights,
                    (long) beta.start() * Float.BYTES,
                    y.memory(),
                    y.at(yRow + i),
                    (long) d * Float.BYTES);
        }
    }

    /** Fills rows 0 to {@code count} of {@link #low}. */
    private void lowPass(Matrix x, int first, int place, int count) {
        products.multiplyTransposed(basis, 0, x, first, coefficients, 0, rank, d, length, false);
        products.multiply(basis, place, coefficients, 0, low, 0, count, d, rank, false);
    }

    private static void rescale(
            MemorySegment low,
            long lowAt,
            MemorySegment x,
            long xAt,
            MemorySegment weights,
            long betaAt,
            MemorySegment y,
            long yAt,
            long bytes) {
        for (long i = 0; i < bytes; i += Lanes.BYTES) {
            FloatVector beta = Lanes.load(weights, betaAt + i);
            FloatVector base = Lanes.load(low, lowAt + i);
            FloatVector high = Lanes.load(x, xAt + i).sub(base);
            Lanes.store(high.fma(beta.mul(beta), base), y, yAt + i);
        }
    }

    /**
     * Runs the backward pass of {@link #forward}.
     *
     * @param dy gradient of the places, in rows {@code dyRow} to {@code dyRow + count}
     * @param gradients the flat block that dβ is added to
     * @param dx the gradient of x is added to its rows {@code dxFirst} to {@code dxFirst + L}
     */
    public void backward(
            Matrix x,
            int first,
            int place,
            int count,
            Matrix dy,
            int dyRow,
            Parameter beta,
            MemorySegment weights,
            MemorySegment gradients,
            Matrix dx,
            int dxFirst) {
        lowPass(x, first, place, count);
        long betaAt = (long) beta.start() * Float.BYTES;
        for (int i = 0; i < count; i++) {
            rescaleBackward(
                    low.memory(),
                    low.at(i),
                    x.memory(),
                    x.at(first + place + i),
                    weights,
                    gradients,
                    betaAt,
                    dy.memory(),
                    dy.at(dyRow + i),
                    scaled.memory(),
                    scaled.at(i),
                    dx.memory(),
                    dx.at(dxFirst + place + i),
                    (long) d * Float.BYTES);
        }
        products.multiplyTransposed(basis, place, scaled, 0, coefficients, 0, rank, d, count, false);
        products.multiply(basis, 0, coefficients, 0, dx, dxFirst, length, d, rank, true);
    }

    /** {@code scaled = (1 - β²) ∘ dy}, {@code dx += β² ∘ dy}, {@code dβ += 2 β ∘ dy ∘ (x - low)}. */
    private static void rescaleBackward(
            MemorySegment low,
            long lowAt,
            MemorySegment x,
            long xAt,
            MemorySegment weights,
            MemorySegment gradients,
            long betaAt,
            MemorySegment dy,
            long dyAt,
            MemorySegment scaled,
            long scaledAt,
            MemorySegment dx,
            long dxAt,
            long bytes) {
        for (long i = 0; i < bytes; i += Lanes.BYTES) {
            FloatVector beta = Lanes.load(weights, betaAt + i);
            FloatVector square = beta.mul(beta);
            FloatVector g = Lanes.load(dy, dyAt + i);
            FloatVector high = Lanes.load(x, xAt + i).sub(Lanes.load(low, lowAt + i));
            FloatVector sum = Lanes.load(gradients, betaAt + i);
            Lanes.store(g.mul(high).fma(beta.add(beta), sum), gradients, betaAt + i);
            Lanes.store(g.fma(square, Lanes.load(dx, dxAt + i)), dx, dxAt + i);
            Lanes.store(g.sub(g.mul(square)), scaled, scaledAt + i);
        }
    }
}
