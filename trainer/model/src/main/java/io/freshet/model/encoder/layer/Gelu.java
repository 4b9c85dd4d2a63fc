package io.freshet.model.encoder.layer;

import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The Gaussian error linear unit {@code x · Φ(x)} (Hendrycks and Gimpel, arXiv 1606.08415), with Φ to within 1e-7 by
 * formula 7.1.26 of Abramowitz and Stegun. Loops call the Vector API directly instead of {@link Lanes}, because C2
 * inlines little else into methods of their size.
 */
public final class Gelu {
    private static final float SQRT_HALF = 0.70710677f;
    private static final float DENSITY = 0.3989423f; // 1 / √(2 π)

    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private Gelu() {}

    /** Returns {@code x · Φ(x)} in each lane. */
    public static FloatVector of(FloatVector x) {
        return x.mul(distribution(x));
    }

    /** {@code Φ(x) + x φ(x)}. */
    public static FloatVector derivative(FloatVector x) {
        FloatVector density = Lanes.exp(x.mul(x).mul(-0.5f)).mul(DENSITY);
        return x.fma(density, distribution(x));
    }

    /** Computes {@code y = gelu(x)} for each row of x. */
    static void forward(Matrix x, Matrix y) {
        long bytes = (long) x.columns() * Float.BYTES;
        for (int row = 0; row < x.rows(); row++) {
            forwardRow(x.memory(), x.at(row), y.memory(), y.at(row), bytes);
        }
    }

    private static void forwardRow(MemorySegment x, long xAt, MemorySegment y, long yAt, long bytes) {
        for (long i = 0; i < bytes; i += Lanes.BYTES) {
            FloatVector value = FloatVector.fromMemorySegment(Lanes.FLOATS, x, xAt + i, ORDER);
            of(value).intoMemorySegment(y, yAt + i, ORDER);
        }
    }

    /**
     * Computes {@code y = gelu(x)} again, to the same bits, and replaces the gradient of y by that of x, for each row
     * of x. Both need Φ(x), and both Φ and the density need {@code exp(-x² / 2)}, so each of these is
     * computed only once.
     *
     * @param d gradient of y, replaced by that of x
     */
    static void backward(Matrix x, Matrix d, Matrix y) {
        for (int row = 0; row < x.rows(); row++) {
            backwardRow(x, d, y, row);
        }
    }

    private static void backwardRow(Matrix from, Matrix gradient, Matrix to, int row) {
        MemorySegment x = from.memory();
        long xAt = from.at(row);
        MemorySegment d = gradient.memory();
        long dAt = gradient.at(row);
        MemorySegment y = to.memory();
        long yAt = to.at(row);
        long bytes = (long) from.columns() * Float.BYTES;
        for (long i = 0; i < bytes; i += Lanes.BYTES) {
            FloatVector value = FloatVector.fromMemorySegment(Lanes.FLOATS, x, xAt + i, ORDER);
            FloatVector z = value.abs().mul(SQRT_HALF);
            FloatVector bell = Lanes.exp(z.mul(z).neg());
            FloatVector phi = distribution(value, z, bell);
            value.mul(phi).intoMemorySegment(y, yAt + i, ORDER);
            FloatVector slope = value.fma(bell.mul(DENSITY), phi);
            slope.mul(FloatVector.fromMemorySegment(Lanes.FLOATS, d, dAt + i, ORDER))
                    .intoMemorySegment(d, dAt + i, ORDER);
        }
    }

    private static FloatVector distribution(FloatVector x) {
        FloatVector z = x.abs().mul(SQRT_HALF);
        return distribution(x, z, Lanes.exp(z.mul(z).neg()));
    }

    /** Returns Φ(x), given {@code z = |x| / √2} and {@code bell = exp(-z²)}. */
    private static FloatVector distribution(FloatVector x, FloatVector z, FloatVector bell) {
        FloatVector ones = FloatVector.broadcast(Lanes.FLOATS, 1f);
        FloatVector t = ones.div(z.fma(FloatVector.broadcast(Lanes.FLOATS, 0.3275911f), ones));
        FloatVector p = FloatVector.broadcast(Lanes.FLOATS, 1.0614054f);
        p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, -1.4531521f));
        p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, 1.4214138f));
        p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, -0.28449672f));
        p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, 0.2548296f));
        FloatVector tail = p.mul(t).mul(bell).mul(0.5f);
        return ones.sub(tail).blend(tail, x.compare(VectorOperators.LT, 0f));
    }
}
