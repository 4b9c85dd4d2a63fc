package io.freshet.training.loss;

import io.freshet.model.tensor.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The softmax cross-entropy of a target against its candidates: CE, SSM and SCE (Xu et al., arXiv 2408.14238, eq. 9;
 * arXiv 2402.06216), with tᵢ = sᵢ + log αᵢ:
 *
 * <pre>
 * ℓ = -s⁺ + log Z,   Z = exp s⁺ + Σᵢ exp tᵢ
 * dℓ/ds⁺ = -Σᵢ exp(tᵢ) / Z,   dℓ/dsᵢ = exp(tᵢ) / Z
 * </pre>
 *
 * <p>The tile holds {@code exp(tᵢ - shift)}, and the scale is 1 / Z. The shift is s⁺, or the largest t if a sum would
 * otherwise be too large.
 */
record Softmax() implements LossFunction {
    /**
     * Sums of at least this are computed again with a larger shift, so that their products with vectors do not
     * overflow.
     */
    private static final float TOO_LARGE = 0x1p100f;

    @Override
    public void begin(ScoreTile tile) {
        tile.shifts().copyFrom(tile.targetScores());
        tile.sums().fill((byte) 0);
    }

    @Override
    public void derive(ScoreTile tile, int from, int rows, int states) {
        for (long lane = 0; lane < ScoreTile.laneBytes(states); lane += Lanes.BYTES) {
            exponentiate(tile.scores().memory(), tile.scores().at(from) + lane, rows, tile, lane);
        }
    }

    private static void exponentiate(MemorySegment scores, long at, int rows, ScoreTile tile, long lane) {
        FloatVector shift = Lanes.load(tile.shifts(), lane).sub(tile.correction());
        FloatVector sum = Lanes.load(tile.sums(), lane);
        for (int row = 0; row < rows; row++) {
            long here = at + row * ScoreTile.ROW_BYTES;
            FloatVector e = Lanes.exp(Lanes.load(scores, here).sub(shift));
            sum = e.add(sum);
            Lanes.store(e, scores, here);
        }
        Lanes.store(sum, tile.sums(), lane);
    }

    @Override
    public boolean overflowed(ScoreTile tile, int states) {
        return sumsOverflowed(tile, states);
    }

    @Override
    public void raiseShifts(ScoreTile tile, int from, int rows, int states) {
        raise(tile, from, rows, states);
    }

    @Override
    public void finish(ScoreTile tile, int states) {
        normalize(tile, states);
    }

    static boolean sumsOverflowed(ScoreTile tile, int states) {
        for (int t = 0; t < states; t++) {
            if (!(ScoreTile.get(tile.sums(), t) < TOO_LARGE)) {
                return true;
            }
        }
        return false;
    }

    /** Raises the shifts and sets the sums to zero. This is rare: some score is more than 69 above the target's. */
    static void raise(ScoreTile tile, int from, int rows, int states) {
        tile.sums().fill((byte) 0);
        for (long lane = 0; lane < ScoreTile.laneBytes(states); lane += Lanes.BYTES) {
            FloatVector shift = Lanes.load(tile.shifts(), lane);
            for (int row = from; row < from + rows; row++) {
                FloatVector s = Lanes.load(tile.scores().memory(), tile.scores().at(row) + lane);
                shift = shift.max(s.add(tile.correction()));
            }
            Lanes.store(shift, tile.shifts(), lane);
        }
    }

    static void normalize(ScoreTile tile, int states) {
        for (long lane = 0; lane < ScoreTile.laneBytes(states); lane += Lanes.BYTES) {
            FloatVector sum = Lanes.load(tile.sums(), lane);
            FloatVector above = Lanes.load(tile.shifts(), lane).sub(Lanes.load(tile.targetScores(), lane));
            FloatVector z = sum.add(Lanes.exp(above.neg()));
            FloatVector scale = FloatVector.broadcast(Lanes.FLOATS, 1f).div(z);
            Lanes.store(Lanes.log(z).add(above), tile.losses(), lane);
            Lanes.store(sum.mul(scale).neg(), tile.targetDerivatives(), lane);
            Lanes.store(scale, tile.scales(), lane);
        }
    }
}
