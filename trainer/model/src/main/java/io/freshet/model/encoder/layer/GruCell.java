package io.freshet.model.encoder.layer;

import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * One step of a gated recurrent unit for one state, forward and backward (Cho et al., EMNLP 2014, but with the reset
 * gate applied after the product, as in most libraries). With x and h of (d):
 *
 * <pre>
 * r = σ(W_r x + U_r h);  z = σ(W_z x + U_z h);  n = tanh(W_n x + r ⊙ (U_n h));  h' = (1 − z) ⊙ n + z ⊙ h
 * </pre>
 */
public final class GruCell {
    private final int d;

    /** @param d width of a state, a multiple of {@link Lanes#WIDTH} */
    public GruCell(int d) {
        this.d = d;
    }

    /**
     * Runs one step of one sequence.
     *
     * @param gates rows (W_r x, W_z x, W_n x) of (3 d), replaced by (r, z, n)
     * @param products rows (U_r h, U_z h, U_n h) of (3 d)
     * @param h the previous state, replaced by the new state
     */
    public void forward(Matrix gates, int gatesRow, Matrix products, int productsRow, Matrix h, int hRow) {
        MemorySegment g = gates.memory();
        MemorySegment u = products.memory();
        long width = (long) d * Float.BYTES;
        for (long i = 0; i < width; i += Lanes.BYTES) {
            long gAt = gates.at(gatesRow) + i;
            long uAt = products.at(productsRow) + i;
            long hAt = h.at(hRow) + i;
            FloatVector r = sigmoid(Lanes.load(g, gAt).add(Lanes.load(u, uAt)));
            FloatVector z = sigmoid(Lanes.load(g, gAt + width).add(Lanes.load(u, uAt + width)));
            FloatVector n = tanh(r.fma(Lanes.load(u, uAt + 2 * width), Lanes.load(g, gAt + 2 * width)));
            FloatVector before = Lanes.load(h.memory(), hAt);
            Lanes.store(r, g, gAt);
            Lanes.store(z, g, gAt + width);
            Lanes.store(n, g, gAt + 2 * width);
            Lanes.store(z.fma(before.sub(n), n), h.memory(), hAt);
        }
    }

    /**
     * Computes the gradients of one step of one sequence.
     *
     * @param gates rows (r, z, n) of (3 d), replaced by the gradients of (W_r x, W_z x, W_n x)
     * @param candidate U_n h of (d), replaced by its gradient
     * @param before the previous state (d)
     * @param dh the gradient of the new state (d), replaced by the part of the previous state's gradient that comes
     *     through z ⊙ h
     */
    public void backward(Matrix gates, Matrix candidate, Matrix before, int token, Matrix dh, int dhRow) {
        MemorySegment g = gates.memory();
        long width = (long) d * Float.BYTES;
        for (long i = 0; i < width; i += Lanes.BYTES) {
            long gAt = gates.at(token) + i;
            long uAt = candidate.at(token) + i;
            long dhAt = dh.at(dhRow) + i;
            FloatVector r = Lanes.load(g, gAt);
            FloatVector z = Lanes.load(g, gAt + width);
            FloatVector n = Lanes.load(g, gAt + 2 * width);
            FloatVector u = Lanes.load(candidate.memory(), uAt);
            FloatVector gradient = Lanes.load(dh.memory(), dhAt);
            FloatVector ones = FloatVector.broadcast(Lanes.FLOATS, 1f);
            FloatVector dn = gradient.mul(ones.sub(z)).mul(ones.sub(n.mul(n)));
            FloatVector dz = gradient.mul(
                    Lanes.load(before.memory(), before.at(token) + i).sub(n));
            Lanes.store(dn.mul(u).mul(r.mul(ones.sub(r))), g, gAt);
            Lanes.store(dz.mul(z.mul(ones.sub(z))), g, gAt + width);
            Lanes.store(dn, g, gAt + 2 * width);
            Lanes.store(dn.mul(r), candidate.memory(), uAt);
            Lanes.store(gradient.mul(z), dh.memory(), dhAt);
        }
    }

    private static FloatVector sigmoid(FloatVector x) {
        FloatVector ones = FloatVector.broadcast(Lanes.FLOATS, 1f);
        return ones.div(ones.add(Lanes.exp(x.neg())));
    }

    /** {@code 1 − 2 / (1 + e^(2 x))}, within 1e-7. */
    private static FloatVector tanh(FloatVector x) {
        FloatVector ones = FloatVector.broadcast(Lanes.FLOATS, 1f);
        return ones.sub(FloatVector.broadcast(Lanes.FLOATS, 2f).div(ones.add(Lanes.exp(x.add(x)))));
    }
}
