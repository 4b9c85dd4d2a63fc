package io.freshet.training.loss;

import io.freshet.model.tensor.Lanes;
import jdk.incubator.vector.FloatVector;

/**
 * A softmax whose scores are shifted, so that exponentials stay in range. The shift is the target's score, or the largest
 * score if a sum would otherwise be too large.
 */
sealed interface ShiftedSoftmax extends LossFunction permits Softmax, TightSoftmax {
    /**
     * Sums of at least this are computed again with a larger shift, so that their products with vectors do not
     * overflow.
     */
    float TOO_LARGE = 0x1p100f;

    @Override
    default void begin(ScoreTile tile) {
        tile.shifts().copyFrom(tile.targetScores());
        tile.sums().fill((byte) 0);
    }

    @Override
    default boolean overflowed(ScoreTile tile, int states) {
        for (int t = 0; t < states; t++) {
            if (!(ScoreTile.get(tile.sums(), t) < TOO_LARGE)) {
                return true;
            }
        }
        return false;
    }

    /** Raises the shifts and sets the sums to zero. This is rare: some score is more than 69 above the target's. */
    @Override
    default void raiseShifts(ScoreTile tile, int from, int rows, int states) {
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

    @Override
    default void finish(ScoreTile tile, int states) {
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
