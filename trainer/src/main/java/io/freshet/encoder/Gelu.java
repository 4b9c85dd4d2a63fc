package io.freshet.encoder;

import io.freshet.tensor.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The Gaussian error linear unit {@code x · Φ(x)} (Hendrycks and Gimpel, arXiv 1606.08415), with Φ to within 1e-7: Abramowitz and
 * Stegun, formula 7.1.26.
 */
final class Gelu {
    private static final float SQRT_HALF = 0.70710677f;
    private static final float DENSITY = 0.3989423f; // 1 / √(2 π)

    private Gelu() {}

    static FloatVector of(FloatVector x) {
        return x.mul(distribution(x));
    }

    /** {@code Φ(x) + x φ(x)}. */
    static FloatVector derivative(FloatVector x) {
        FloatVector density = Lanes.exp(x.mul(x).mul(-0.5f)).mul(DENSITY);
        return x.fma(density, distribution(x));
    }

    private static FloatVector distribution(FloatVector x) {
        FloatVector z = x.abs().mul(SQRT_HALF);
        FloatVector ones = FloatVector.broadcast(Lanes.FLOATS, 1f);
        FloatVector t = ones.div(z.fma(FloatVector.broadcast(Lanes.FLOATS, 0.3275911f), ones));
        FloatVector p = FloatVector.broadcast(Lanes.FLOATS, 1.0614054f);
        p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, -1.4531521f));
        p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, 1.4214138f));
        p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, -0.28449672f));
        p = p.fma(t, FloatVector.broadcast(Lanes.FLOATS, 0.2548296f));
        FloatVector tail = p.mul(t).mul(Lanes.exp(z.mul(z).neg())).mul(0.5f);
        return ones.sub(tail).blend(tail, x.compare(VectorOperators.LT, 0f));
    }
}
