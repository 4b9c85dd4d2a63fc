package io.freshet.training.loss;

import io.freshet.model.tensor.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * CE-η: the softmax cross-entropy over the items that score at least {@code s⁺ - η |s⁺|}, the tighter bound of Xu et
 * al. (arXiv 2402.06216). The gradient treats the set of those items as constant, so it is that of {@link Softmax}
 * over them.
 *
 * @param eta η; the loss is CE if it is infinite
 */
record TightSoftmax(float eta) implements ShiftedSoftmax {
    @Override
    public void derive(ScoreTile tile, int from, int rows, int states) {
        for (long lane = 0; lane < ScoreTile.laneBytes(states); lane += Lanes.BYTES) {
            exponentiate(tile.scores().memory(), tile.scores().at(from) + lane, rows, tile, lane, eta);
        }
    }

    private static void exponentiate(MemorySegment scores, long at, int rows, ScoreTile tile, long lane, float eta) {
        FloatVector target = Lanes.load(tile.targetScores(), lane);
        FloatVector least = target.sub(target.abs().mul(eta));
        FloatVector shift = Lanes.load(tile.shifts(), lane);
        FloatVector sum = Lanes.load(tile.sums(), lane);
        for (int row = 0; row < rows; row++) {
            long here = at + row * ScoreTile.ROW_BYTES;
            FloatVector s = Lanes.load(scores, here);
            VectorMask<Float> below = s.compare(VectorOperators.LT, least);
            FloatVector e = Lanes.exp(s.sub(shift)).blend(0f, below);
            sum = e.add(sum);
            Lanes.store(e, scores, here);
        }
        Lanes.store(sum, tile.sums(), lane);
    }
}
