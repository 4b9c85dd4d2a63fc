package io.freshet.model.encoder.layer;

import io.freshet.model.encoder.ParameterLayout.Norm;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Layer normalisation over the last axis (Ba, Kiros, Hinton, arXiv 1607.06450), with eps 1e-8 as in the authors' code:
 *
 * <pre>
 * x̂ = (x - mean(x)) · r,   r = 1 / √(var(x) + eps)
 * y = x̂ ∘ gain + bias
 *
 * dx̂ = dy ∘ gain
 * dx = r · (dx̂ - mean(dx̂) - x̂ · mean(dx̂ ∘ x̂))
 * dgain = Σ dy ∘ x̂,   dbias = Σ dy
 * </pre>
 *
 * <p>A row is summed in {@link Lanes#WIDTH} virtual lanes, block after block, so the bits of a sum do not depend on the CPU.
 * With 512-bit vectors, a row of 64 floats (the default width) stays in registers from the first pass to the last, and the
 * result has the same bits. The methods for such rows call the Vector API directly instead of {@link Lanes}, because C2
 * does not inline {@link Lanes} into methods this large.
 *
 * <p>An instance is one norm of an encoder. It keeps x̂ and r of its rows between the passes.
 */
public final class LayerNorm {
    private static final float EPSILON = 1e-8f;
    private static final long VECTOR = (long) Lanes.COUNT * Float.BYTES;
    private static final long BLOCK = Lanes.BLOCK_BYTES;

    /** The width of rows that are four vectors of 16 lanes and stay in registers; -1 on CPUs with narrower vectors. */
    private static final int WIDE = Lanes.COUNT == Lanes.WIDTH ? 4 * Lanes.WIDTH : -1;

    private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private final int d;
    private final long gainAt; // bytes, in the flat block
    private final long biasAt; // bytes, in the flat block
    private final Matrix normalized; // (rows, d): x̂
    private final float[] inverseDeviation; // (rows): r

    /**
     * @param normalized memory for x̂ (rows, d)
     */
    public LayerNorm(Norm norm, Matrix normalized) {
        this.d = norm.gain().columns();
        this.gainAt = (long) norm.gain().start() * Float.BYTES;
        this.biasAt = (long) norm.bias().start() * Float.BYTES;
        this.normalized = normalized;
        this.inverseDeviation = new float[normalized.rows()];
    }

    /**
     * Normalises each row.
     *
     * @param x (rows, d)
     * @param parameters the flat block with gain and bias
     * @param y receives the result (rows, d); may be {@code x} itself
     */
    public void forward(Matrix x, int rows, MemorySegment parameters, Matrix y) {
        for (int row = 0; row < rows; row++) {
            inverseDeviation[row] =
                    d == WIDE ? forwardWideRow(x, row, parameters, y) : forwardRow(x, row, parameters, y);
        }
    }

    /**
     * Recomputes rows of the result of {@link #forward}, bit for bit.
     *
     * @param first the first row
     * @param y receives the rows from row 0 on (rows, d)
     */
    void restore(int first, int rows, MemorySegment parameters, Matrix y) {
        long bytes = (long) d * Float.BYTES;
        for (int row = 0; row < rows; row++) {
            long normalizedAt = normalized.at(first + row);
            long yAt = y.at(row);
            for (long i = 0; i < bytes; i += VECTOR) {
                FloatVector scaled = Lanes.load(normalized.memory(), normalizedAt + i);
                FloatVector gain = Lanes.load(parameters, gainAt + i);
                Lanes.store(scaled.fma(gain, Lanes.load(parameters, biasAt + i)), y.memory(), yAt + i);
            }
        }
    }

    private float forwardWideRow(Matrix from, int row, MemorySegment parameters, Matrix to) {
        MemorySegment x = from.memory();
        long xAt = from.at(row);
        long gainAt = this.gainAt;
        long biasAt = this.biasAt;
        MemorySegment normalized = this.normalized.memory();
        long normalizedAt = this.normalized.at(row);
        MemorySegment y = to.memory();
        long yAt = to.at(row);
        FloatVector x0 = FloatVector.fromMemorySegment(FLOATS, x, xAt, ORDER);
        FloatVector x1 = FloatVector.fromMemorySegment(FLOATS, x, xAt + VECTOR, ORDER);
        FloatVector x2 = FloatVector.fromMemorySegment(FLOATS, x, xAt + 2 * VECTOR, ORDER);
        FloatVector x3 = FloatVector.fromMemorySegment(FLOATS, x, xAt + 3 * VECTOR, ORDER);
        FloatVector zero = FloatVector.zero(FLOATS);
        float mean = Lanes.sum(x0.add(x1).add(x2).add(x3), zero, zero, zero) / WIDE;
        x0 = x0.sub(mean);
        x1 = x1.sub(mean);
        x2 = x2.sub(mean);
        x3 = x3.sub(mean);
        FloatVector squares = x3.fma(x3, x2.fma(x2, x1.fma(x1, x0.fma(x0, zero))));
        float inverse = (float) (1 / Math.sqrt(Lanes.sum(squares, zero, zero, zero) / WIDE + EPSILON));
        x0 = x0.mul(inverse);
        x1 = x1.mul(inverse);
        x2 = x2.mul(inverse);
        x3 = x3.mul(inverse);
        x0.intoMemorySegment(normalized, normalizedAt, ORDER);
        x1.intoMemorySegment(normalized, normalizedAt + VECTOR, ORDER);
        x2.intoMemorySegment(normalized, normalizedAt + 2 * VECTOR, ORDER);
        x3.intoMemorySegment(normalized, normalizedAt + 3 * VECTOR, ORDER);
        FloatVector g0 = FloatVector.fromMemorySegment(FLOATS, parameters, gainAt, ORDER);
        FloatVector g1 = FloatVector.fromMemorySegment(FLOATS, parameters, gainAt + VECTOR, ORDER);
        FloatVector g2 = FloatVector.fromMemorySegment(FLOATS, parameters, gainAt + 2 * VECTOR, ORDER);
        FloatVector g3 = FloatVector.fromMemorySegment(FLOATS, parameters, gainAt + 3 * VECTOR, ORDER);
        FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, parameters, biasAt, ORDER);
        FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, parameters, biasAt + VECTOR, ORDER);
        FloatVector b2 = FloatVector.fromMemorySegment(FLOATS, parameters, biasAt + 2 * VECTOR, ORDER);
        FloatVector b3 = FloatVector.fromMemorySegment(FLOATS, parameters, biasAt + 3 * VECTOR, ORDER);
        x0.fma(g0, b0).intoMemorySegment(y, yAt, ORDER);
        x1.fma(g1, b1).intoMemorySegment(y, yAt + VECTOR, ORDER);
        x2.fma(g2, b2).intoMemorySegment(y, yAt + 2 * VECTOR, ORDER);
        x3.fma(g3, b3).intoMemorySegment(y, yAt + 3 * VECTOR, ORDER);
        return inverse;
    }

    private float forwardRow(Matrix from, int row, MemorySegment parameters, Matrix to) {
        MemorySegment x = from.memory();
        long xAt = from.at(row);
        long gainAt = this.gainAt;
        long biasAt = this.biasAt;
        MemorySegment normalized = this.normalized.memory();
        long normalizedAt = this.normalized.at(row);
        MemorySegment y = to.memory();
        long yAt = to.at(row);
        long bytes = (long) d * Float.BYTES;
        float mean = sum(x, xAt, bytes) / d;
        float inverse = (float) (1 / Math.sqrt(sumOfSquares(x, xAt, bytes, mean) / d + EPSILON));
        for (long i = 0; i < bytes; i += VECTOR) {
            FloatVector scaled = Lanes.load(x, xAt + i).sub(mean).mul(inverse);
            Lanes.store(scaled, normalized, normalizedAt + i);
            Lanes.store(scaled.fma(Lanes.load(parameters, gainAt + i), Lanes.load(parameters, biasAt + i)), y, yAt + i);
        }
        return inverse;
    }

    /** {@code Σ x}. */
    private static float sum(MemorySegment x, long at, long bytes) {
        FloatVector sum0 = Lanes.load(x, at);
        FloatVector sum1 = Lanes.COUNT <= 8 ? Lanes.load(x, at + VECTOR) : sum0;
        FloatVector sum2 = Lanes.COUNT <= 4 ? Lanes.load(x, at + 2 * VECTOR) : sum0;
        FloatVector sum3 = Lanes.COUNT <= 4 ? Lanes.load(x, at + 3 * VECTOR) : sum0;
        for (long i = BLOCK; i < bytes; i += BLOCK) {
            sum0 = Lanes.load(x, at + i).add(sum0);
            if (Lanes.COUNT <= 8) {
                sum1 = Lanes.load(x, at + i + VECTOR).add(sum1);
            }
            if (Lanes.COUNT <= 4) {
                sum2 = Lanes.load(x, at + i + 2 * VECTOR).add(sum2);
                sum3 = Lanes.load(x, at + i + 3 * VECTOR).add(sum3);
            }
        }
        return Lanes.sum(sum0, sum1, sum2, sum3);
    }

    /** {@code Σ (x - mean)²}. */
    private static float sumOfSquares(MemorySegment x, long at, long bytes, float mean) {
        FloatVector sum0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        for (long i = 0; i < bytes; i += BLOCK) {
            FloatVector x0 = Lanes.load(x, at + i).sub(mean);
            sum0 = x0.fma(x0, sum0);
            if (Lanes.COUNT <= 8) {
                FloatVector x1 = Lanes.load(x, at + i + VECTOR).sub(mean);
                sum1 = x1.fma(x1, sum1);
            }
            if (Lanes.COUNT <= 4) {
                FloatVector x2 = Lanes.load(x, at + i + 2 * VECTOR).sub(mean);
                sum2 = x2.fma(x2, sum2);
                FloatVector x3 = Lanes.load(x, at + i + 3 * VECTOR).sub(mean);
                sum3 = x3.fma(x3, sum3);
            }
        }
        return Lanes.sum(sum0, sum1, sum2, sum3);
    }

    /**
     * Computes the gradient of the input, and adds those of gain and bias.
     *
     * @param dy (rows, d)
     * @param gradients the flat block that dgain and dbias are added to
     * @param dx receives the result (rows, d), added to its contents if {@code accumulate}; may be {@code dy}
     */
    public void backward(
            Matrix dy, int rows, MemorySegment parameters, MemorySegment gradients, Matrix dx, boolean accumulate) {
        for (int row = 0; row < rows; row++) {
            if (d == WIDE) {
                backwardWideRow(dy, row, parameters, gradients, dx, accumulate);
            } else {
                backwardRow(dy, row, parameters, gradients, dx, accumulate);
            }
        }
    }

    private void backwardWideRow(
            Matrix from, int row, MemorySegment parameters, MemorySegment gradients, Matrix to, boolean accumulate) {
        MemorySegment dy = from.memory();
        long dyAt = from.at(row);
        long gainAt = this.gainAt;
        long biasAt = this.biasAt;
        MemorySegment normalized = this.normalized.memory();
        long normalizedAt = this.normalized.at(row);
        float inverse = inverseDeviation[row];
        MemorySegment dx = to.memory();
        long dxAt = to.at(row);
        FloatVector g0 = FloatVector.fromMemorySegment(FLOATS, dy, dyAt, ORDER);
        FloatVector g1 = FloatVector.fromMemorySegment(FLOATS, dy, dyAt + VECTOR, ORDER);
        FloatVector g2 = FloatVector.fromMemorySegment(FLOATS, dy, dyAt + 2 * VECTOR, ORDER);
        FloatVector g3 = FloatVector.fromMemorySegment(FLOATS, dy, dyAt + 3 * VECTOR, ORDER);
        FloatVector x0 = FloatVector.fromMemorySegment(FLOATS, normalized, normalizedAt, ORDER);
        FloatVector x1 = FloatVector.fromMemorySegment(FLOATS, normalized, normalizedAt + VECTOR, ORDER);
        FloatVector x2 = FloatVector.fromMemorySegment(FLOATS, normalized, normalizedAt + 2 * VECTOR, ORDER);
        FloatVector x3 = FloatVector.fromMemorySegment(FLOATS, normalized, normalizedAt + 3 * VECTOR, ORDER);
        addProduct(g0, x0, gradients, gainAt, biasAt);
        addProduct(g1, x1, gradients, gainAt + VECTOR, biasAt + VECTOR);
        addProduct(g2, x2, gradients, gainAt + 2 * VECTOR, biasAt + 2 * VECTOR);
        addProduct(g3, x3, gradients, gainAt + 3 * VECTOR, biasAt + 3 * VECTOR);
        g0 = g0.mul(FloatVector.fromMemorySegment(FLOATS, parameters, gainAt, ORDER));
        g1 = g1.mul(FloatVector.fromMemorySegment(FLOATS, parameters, gainAt + VECTOR, ORDER));
        g2 = g2.mul(FloatVector.fromMemorySegment(FLOATS, parameters, gainAt + 2 * VECTOR, ORDER));
        g3 = g3.mul(FloatVector.fromMemorySegment(FLOATS, parameters, gainAt + 3 * VECTOR, ORDER));
        FloatVector zero = FloatVector.zero(FLOATS);
        float mean = Lanes.sum(g0.add(g1).add(g2).add(g3), zero, zero, zero) / WIDE;
        FloatVector product = g3.fma(x3, g2.fma(x2, g1.fma(x1, g0.fma(x0, zero))));
        FloatVector correlation = FloatVector.broadcast(FLOATS, -Lanes.sum(product, zero, zero, zero) / WIDE);
        g0 = x0.fma(correlation, g0.sub(mean)).mul(inverse);
        g1 = x1.fma(correlation, g1.sub(mean)).mul(inverse);
        g2 = x2.fma(correlation, g2.sub(mean)).mul(inverse);
        g3 = x3.fma(correlation, g3.sub(mean)).mul(inverse);
        if (accumulate) {
            g0 = g0.add(FloatVector.fromMemorySegment(FLOATS, dx, dxAt, ORDER));
            g1 = g1.add(FloatVector.fromMemorySegment(FLOATS, dx, dxAt + VECTOR, ORDER));
            g2 = g2.add(FloatVector.fromMemorySegment(FLOATS, dx, dxAt + 2 * VECTOR, ORDER));
            g3 = g3.add(FloatVector.fromMemorySegment(FLOATS, dx, dxAt + 3 * VECTOR, ORDER));
        }
        g0.intoMemorySegment(dx, dxAt, ORDER);
        g1.intoMemorySegment(dx, dxAt + VECTOR, ORDER);
        g2.intoMemorySegment(dx, dxAt + 2 * VECTOR, ORDER);
        g3.intoMemorySegment(dx, dxAt + 3 * VECTOR, ORDER);
    }

    /** {@code dgain += g ∘ x̂}, {@code dbias += g}. */
    private static void addProduct(FloatVector g, FloatVector xHat, MemorySegment gradients, long gainAt, long biasAt) {
        g.fma(xHat, FloatVector.fromMemorySegment(FLOATS, gradients, gainAt, ORDER))
                .intoMemorySegment(gradients, gainAt, ORDER);
        g.add(FloatVector.fromMemorySegment(FLOATS, gradients, biasAt, ORDER))
                .intoMemorySegment(gradients, biasAt, ORDER);
    }

    private void backwardRow(
            Matrix from, int row, MemorySegment parameters, MemorySegment gradients, Matrix to, boolean accumulate) {
        MemorySegment dy = from.memory();
        long dyAt = from.at(row);
        long gainAt = this.gainAt;
        long biasAt = this.biasAt;
        MemorySegment normalized = this.normalized.memory();
        long normalizedAt = this.normalized.at(row);
        float inverse = inverseDeviation[row];
        MemorySegment dx = to.memory();
        long dxAt = to.at(row);
        long bytes = (long) d * Float.BYTES;
        for (long i = 0; i < bytes; i += VECTOR) {
            addProduct(
                    Lanes.load(dy, dyAt + i),
                    Lanes.load(normalized, normalizedAt + i),
                    gradients,
                    gainAt + i,
                    biasAt + i);
        }
        float mean = sumOfProducts(dy, dyAt, parameters, gainAt, bytes) / d;
        float product = sumOfProducts(dy, dyAt, parameters, row);
        FloatVector correlation = FloatVector.broadcast(Lanes.FLOATS, -product / d);
        for (long i = 0; i < bytes; i += VECTOR) {
            FloatVector dxHat = Lanes.load(dy, dyAt + i).mul(Lanes.load(parameters, gainAt + i));
            FloatVector xHat = Lanes.load(normalized, normalizedAt + i);
            FloatVector result = xHat.fma(correlation, dxHat.sub(mean)).mul(inverse);
            Lanes.store(accumulate ? result.add(Lanes.load(dx, dxAt + i)) : result, dx, dxAt + i);
        }
    }

    /** {@code Σ dy ∘ gain}. */
    private static float sumOfProducts(MemorySegment dy, long dyAt, MemorySegment gain, long gainAt, long bytes) {
        FloatVector sum0 = product(dy, dyAt, gain, gainAt);
        FloatVector sum1 = Lanes.COUNT <= 8 ? product(dy, dyAt + VECTOR, gain, gainAt + VECTOR) : sum0;
        FloatVector sum2 = Lanes.COUNT <= 4 ? product(dy, dyAt + 2 * VECTOR, gain, gainAt + 2 * VECTOR) : sum0;
        FloatVector sum3 = Lanes.COUNT <= 4 ? product(dy, dyAt + 3 * VECTOR, gain, gainAt + 3 * VECTOR) : sum0;
        for (long i = BLOCK; i < bytes; i += BLOCK) {
            sum0 = product(dy, dyAt + i, gain, gainAt + i).add(sum0);
            if (Lanes.COUNT <= 8) {
                sum1 = product(dy, dyAt + i + VECTOR, gain, gainAt + i + VECTOR).add(sum1);
            }
            if (Lanes.COUNT <= 4) {
                sum2 = product(dy, dyAt + i + 2 * VECTOR, gain, gainAt + i + 2 * VECTOR)
                        .add(sum2);
                sum3 = product(dy, dyAt + i + 3 * VECTOR, gain, gainAt + i + 3 * VECTOR)
                        .add(sum3);
            }
        }
        return Lanes.sum(sum0, sum1, sum2, sum3);
    }

    private static FloatVector product(MemorySegment a, long aAt, MemorySegment b, long bAt) {
        return FloatVector.fromMemorySegment(FLOATS, a, aAt, ORDER)
                .mul(FloatVector.fromMemorySegment(FLOATS, b, bAt, ORDER));
    }

    /** {@code Σ (dy ∘ gain) ∘ x̂}. */
    private float sumOfProducts(MemorySegment dy, long dyAt, MemorySegment gain, int row) {
        long gainAt = this.gainAt;
        MemorySegment x = normalized.memory();
        long xAt = normalized.at(row);
        long bytes = (long) d * Float.BYTES;
        FloatVector sum0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        for (long i = 0; i < bytes; i += BLOCK) {
            sum0 = product(dy, dyAt + i, gain, gainAt + i).fma(Lanes.load(x, xAt + i), sum0);
            if (Lanes.COUNT <= 8) {
                long j = i + VECTOR;
                sum1 = product(dy, dyAt + j, gain, gainAt + j).fma(Lanes.load(x, xAt + j), sum1);
            }
            if (Lanes.COUNT <= 4) {
                long j = i + 2 * VECTOR;
                sum2 = product(dy, dyAt + j, gain, gainAt + j).fma(Lanes.load(x, xAt + j), sum2);
                long l = i + 3 * VECTOR;
                sum3 = product(dy, dyAt + l, gain, gainAt + l).fma(Lanes.load(x, xAt + l), sum3);
            }
        }
        return Lanes.sum(sum0, sum1, sum2, sum3);
    }
}
