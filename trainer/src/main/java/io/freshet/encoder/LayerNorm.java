package io.freshet.encoder;

import io.freshet.tensor.Lanes;
import io.freshet.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Layer normalisation over the last axis (Ba, Kiros, Hinton, arXiv 1607.06450), with eps 1e-8 as the paper's authors
 * run it:
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
 * <p>Rows of four vectors, the usual width, stay in registers from the first pass over them to the last. What does that
 * calls the Vector API itself, not {@link Lanes}, for C2 inlines little else into methods of this size.
 */
final class LayerNorm {
    private static final float EPSILON = 1e-8f;
    private static final long VECTOR = (long) Lanes.COUNT * Float.BYTES;
    private static final int WIDE = 4 * Lanes.COUNT;
    private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private LayerNorm() {}

    /**
     * @param x (rows, d)
     * @param parameters the flat block with gain and bias
     * @param normalized receives x̂ (rows, d), which the backward pass needs
     * @param inverseDeviation receives r (rows)
     * @param y receives the result (rows, d); may be {@code x} itself
     */
    static void forward(
            Matrix x,
            int rows,
            int d,
            MemorySegment parameters,
            SasRecLayout.Norm norm,
            Matrix normalized,
            float[] inverseDeviation,
            Matrix y) {
        long gainAt = (long) norm.gain().start() * Float.BYTES;
        long biasAt = (long) norm.bias().start() * Float.BYTES;
        for (int row = 0; row < rows; row++) {
            long normalizedAt = normalized.at(row);
            inverseDeviation[row] = d == WIDE
                    ? forwardWideRow(
                            x.memory(),
                            x.at(row),
                            parameters,
                            gainAt,
                            biasAt,
                            normalized.memory(),
                            normalizedAt,
                            y.memory(),
                            y.at(row))
                    : forwardRow(
                            x.memory(),
                            x.at(row),
                            d,
                            parameters,
                            gainAt,
                            biasAt,
                            normalized.memory(),
                            normalizedAt,
                            y.memory(),
                            y.at(row));
        }
    }

    private static float forwardWideRow(
            MemorySegment x,
            long xAt,
            MemorySegment parameters,
            long gainAt,
            long biasAt,
            MemorySegment normalized,
            long normalizedAt,
            MemorySegment y,
            long yAt) {
        FloatVector x0 = FloatVector.fromMemorySegment(FLOATS, x, xAt, ORDER);
        FloatVector x1 = FloatVector.fromMemorySegment(FLOATS, x, xAt + VECTOR, ORDER);
        FloatVector x2 = FloatVector.fromMemorySegment(FLOATS, x, xAt + 2 * VECTOR, ORDER);
        FloatVector x3 = FloatVector.fromMemorySegment(FLOATS, x, xAt + 3 * VECTOR, ORDER);
        float mean = Lanes.sum(x0.add(x1).add(x2.add(x3))) / WIDE;
        x0 = x0.sub(mean);
        x1 = x1.sub(mean);
        x2 = x2.sub(mean);
        x3 = x3.sub(mean);
        FloatVector squares = x3.fma(x3, x2.fma(x2, x1.fma(x1, x0.mul(x0))));
        float inverse = (float) (1 / Math.sqrt(Lanes.sum(squares) / WIDE + EPSILON));
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

    private static float forwardRow(
            MemorySegment x,
            long xAt,
            int d,
            MemorySegment parameters,
            long gainAt,
            long biasAt,
            MemorySegment normalized,
            long normalizedAt,
            MemorySegment y,
            long yAt) {
        long bytes = (long) d * Float.BYTES;
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (long i = 0; i < bytes; i += VECTOR) {
            sum = sum.add(Lanes.load(x, xAt + i));
        }
        float mean = Lanes.sum(sum) / d;
        FloatVector squares = FloatVector.zero(Lanes.FLOATS);
        for (long i = 0; i < bytes; i += VECTOR) {
            FloatVector centred = Lanes.load(x, xAt + i).sub(mean);
            squares = centred.fma(centred, squares);
        }
        float inverse = (float) (1 / Math.sqrt(Lanes.sum(squares) / d + EPSILON));
        for (long i = 0; i < bytes; i += VECTOR) {
            FloatVector scaled = Lanes.load(x, xAt + i).sub(mean).mul(inverse);
            Lanes.store(scaled, normalized, normalizedAt + i);
            Lanes.store(scaled.fma(Lanes.load(parameters, gainAt + i), Lanes.load(parameters, biasAt + i)), y, yAt + i);
        }
        return inverse;
    }

    /**
     * @param dy (rows, d)
     * @param gradients the flat block that dgain and dbias are added to
     * @param dx receives the result (rows, d), added to what stands there if {@code accumulate}; may be {@code dy}
     */
    static void backward(
            Matrix dy,
            int rows,
            int d,
            MemorySegment parameters,
            SasRecLayout.Norm norm,
            Matrix normalized,
            float[] inverseDeviation,
            MemorySegment gradients,
            Matrix dx,
            boolean accumulate) {
        long gainAt = (long) norm.gain().start() * Float.BYTES;
        long biasAt = (long) norm.bias().start() * Float.BYTES;
        for (int row = 0; row < rows; row++) {
            if (d == WIDE) {
                backwardWideRow(
                        dy.memory(),
                        dy.at(row),
                        parameters,
                        gainAt,
                        biasAt,
                        normalized.memory(),
                        normalized.at(row),
                        inverseDeviation[row],
                        gradients,
                        dx.memory(),
                        dx.at(row),
                        accumulate);
            } else {
                backwardRow(
                        dy.memory(),
                        dy.at(row),
                        d,
                        parameters,
                        gainAt,
                        biasAt,
                        normalized.memory(),
                        normalized.at(row),
                        inverseDeviation[row],
                        gradients,
                        dx.memory(),
                        dx.at(row),
                        accumulate);
            }
        }
    }

    private static void backwardWideRow(
            MemorySegment dy,
            long dyAt,
            MemorySegment parameters,
            long gainAt,
            long biasAt,
            MemorySegment normalized,
            long normalizedAt,
            float inverse,
            MemorySegment gradients,
            MemorySegment dx,
            long dxAt,
            boolean accumulate) {
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
        float mean = Lanes.sum(g0.add(g1).add(g2.add(g3))) / WIDE;
        FloatVector product = g3.fma(x3, g2.fma(x2, g1.fma(x1, g0.mul(x0))));
        FloatVector correlation = FloatVector.broadcast(FLOATS, -Lanes.sum(product) / WIDE);
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

    private static void backwardRow(
            MemorySegment dy,
            long dyAt,
            int d,
            MemorySegment parameters,
            long gainAt,
            long biasAt,
            MemorySegment normalized,
            long normalizedAt,
            float inverse,
            MemorySegment gradients,
            MemorySegment dx,
            long dxAt,
            boolean accumulate) {
        long bytes = (long) d * Float.BYTES;
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        FloatVector product = FloatVector.zero(Lanes.FLOATS);
        for (long i = 0; i < bytes; i += VECTOR) {
            FloatVector g = Lanes.load(dy, dyAt + i);
            FloatVector xHat = Lanes.load(normalized, normalizedAt + i);
            Lanes.store(g.fma(xHat, Lanes.load(gradients, gainAt + i)), gradients, gainAt + i);
            Lanes.store(g.add(Lanes.load(gradients, biasAt + i)), gradients, biasAt + i);
            FloatVector dxHat = g.mul(Lanes.load(parameters, gainAt + i));
            sum = sum.add(dxHat);
            product = dxHat.fma(xHat, product);
        }
        float mean = Lanes.sum(sum) / d;
        FloatVector correlation = FloatVector.broadcast(Lanes.FLOATS, -Lanes.sum(product) / d);
        for (long i = 0; i < bytes; i += VECTOR) {
            FloatVector dxHat = Lanes.load(dy, dyAt + i).mul(Lanes.load(parameters, gainAt + i));
            FloatVector xHat = Lanes.load(normalized, normalizedAt + i);
            FloatVector result = xHat.fma(correlation, dxHat.sub(mean)).mul(inverse);
            Lanes.store(accumulate ? result.add(Lanes.load(dx, dxAt + i)) : result, dx, dxAt + i);
        }
    }
}
