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
record Softmax() implements ShiftedSoftmax {
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
}
