package io.freshet.encoder;

import io.freshet.tensor.Lanes;
import io.freshet.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

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
 */
final class LayerNorm {
    private static final float EPSILON = 1e-8f;
    private static final long VECTOR = (long) Lanes.COUNT * Float.BYTES;

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
        for (int row = 0; row < rows; row++) {
            inverseDeviation[row] = forwardRow(
                    x.memory(),
                    x.at(row),
                    d,
                    parameters,
                    (long) norm.gain().start() * Float.BYTES,
                    (long) norm.bias().start() * Float.BYTES,
                    normalized.memory(),
                    normalized.at(row),
                    y.memory(),
                    y.at(row));
        }
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
        for (int row = 0; row < rows; row++) {
            backwardRow(
                    dy.memory(),
                    dy.at(row),
                    d,
                    parameters,
                    (long) norm.gain().start() * Float.BYTES,
                    (long) norm.bias().start() * Float.BYTES,
                    normalized.memory(),
                    normalized.at(row),
                    inverseDeviation[row],
                    gradients,
                    dx.memory(),
                    dx.at(row),
                    accumulate);
        }
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
