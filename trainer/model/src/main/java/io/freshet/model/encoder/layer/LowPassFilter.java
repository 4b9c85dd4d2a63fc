package io.freshet.model.encoder.layer;

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
     * Computes places {@code place} to {@code place + y.rows()} of the result.
     *
     * @param x the sequence (L, d)
     * @param beta β (1, d)
     * @param y receives the places
     */
    public void forward(Matrix x, int place, Matrix beta, Matrix y) {
        lowPass(x, place, y.rows());
        for (int i = 0; i < y.rows(); i++) {
            rescale(x, place, beta, y, i);
        }
    }

    /** Fills rows 0 to {@code count} of {@link #low}. */
    private void lowPass(Matrix x, int place, int count) {
        products.multiplyTransposed(basis, x, coefficients, false);
        products.multiply(basis.rows(place, count), coefficients, low.rows(0, count), false);
    }

    private void rescale(Matrix from, int place, Matrix beta, Matrix to, int row) {
        MemorySegment ofLow = low.memory();
        long lowAt = low.at(row);
        MemorySegment x = from.memory();
        long xAt = from.at(place + row);
        MemorySegment factors = beta.memory();
        long betaAt = beta.at(0);
        MemorySegment y = to.memory();
        long yAt = to.at(row);
        for (long i = 0; i < (long) d * Float.BYTES; i += Lanes.BYTES) {
            FloatVector factor = Lanes.load(factors, betaAt + i);
            FloatVector base = Lanes.load(ofLow, lowAt + i);
            FloatVector high = Lanes.load(x, xAt + i).sub(base);
            Lanes.store(high.fma(factor.mul(factor), base), y, yAt + i);
        }
    }

    /**
     * Runs the backward pass of {@link #forward}.
     *
     * @param dy gradient of the places
     * @param dBeta dβ is added to it (1, d)
     * @param dx the gradient of x is added to it (L, d)
     */
    public void backward(Matrix x, int place, Matrix beta, Matrix dy, Matrix dBeta, Matrix dx) {
        int count = dy.rows();
        lowPass(x, place, count);
        Matrix places = x.rows(place, count);
        Matrix dPlaces = dx.rows(place, count);
        for (int row = 0; row < count; row++) {
            rescaleBackward(places, beta, dy, dBeta, dPlaces, row);
        }
        products.multiplyTransposed(basis.rows(place, count), scaled.rows(0, count), coefficients, false);
        products.multiply(basis, coefficients, dx, true);
    }

    /** {@code scaled = (1 - β²) ∘ dy}, {@code dx += β² ∘ dy}, {@code dβ += 2 β ∘ dy ∘ (x - low)} for one row. */
    private void rescaleBackward(Matrix of, Matrix beta, Matrix ofY, Matrix dBeta, Matrix ofX, int row) {
        MemorySegment ofLow = low.memory();
        long lowAt = low.at(row);
        MemorySegment x = of.memory();
        long xAt = of.at(row);
        MemorySegment factors = beta.memory();
        long betaAt = beta.at(0);
        MemorySegment sums = dBeta.memory();
        long sumAt = dBeta.at(0);
        MemorySegment dy = ofY.memory();
        long dyAt = ofY.at(row);
        MemorySegment ofScaled = scaled.memory();
        long scaledAt = scaled.at(row);
        MemorySegment dx = ofX.memory();
        long dxAt = ofX.at(row);
        for (long i = 0; i < (long) d * Float.BYTES; i += Lanes.BYTES) {
            FloatVector factor = Lanes.load(factors, betaAt + i);
            FloatVector square = factor.mul(factor);
            FloatVector g = Lanes.load(dy, dyAt + i);
            FloatVector high = Lanes.load(x, xAt + i).sub(Lanes.load(ofLow, lowAt + i));
            FloatVector sum = Lanes.load(sums, sumAt + i);
            Lanes.store(g.mul(high).fma(factor.add(factor), sum), sums, sumAt + i);
            Lanes.store(g.fma(square, Lanes.load(dx, dxAt + i)), dx, dxAt + i);
            Lanes.store(g.sub(g.mul(square)), ofScaled, scaledAt + i);
        }
    }
}
