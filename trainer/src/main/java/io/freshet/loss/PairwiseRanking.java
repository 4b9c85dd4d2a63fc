package io.freshet.loss;

import io.freshet.tensor.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * BPR (Rendle et al., UAI 2009): the target is to score above its candidate.
 *
 * <pre>
 * ℓ = -Σᵢ log σ(s⁺ - sᵢ),   dℓ/dsᵢ = σ(sᵢ - s⁺),   dℓ/ds⁺ = -Σᵢ σ(sᵢ - s⁺)
 * </pre>
 */
record PairwiseRanking() implements LossFunction {
    @Override
    public void begin(ScoreTile tile) {
        tile.losses().fill((byte) 0);
        tile.targetDerivatives().fill((byte) 0);
    }

    @Override
    public void derive(ScoreTile tile, int from, int rows, int tokens) {
        for (long lane = 0; lane < ScoreTile.laneBytes(tokens); lane += Lanes.BYTES) {
            compare(tile.scores().memory(), tile.scores().at(from) + lane, rows, tile, lane);
        }
    }

    private static void compare(MemorySegment scores, long at, int rows, ScoreTile tile, long lane) {
        FloatVector target = Lanes.load(tile.targetScores(), lane);
        FloatVector loss = Lanes.load(tile.losses(), lane);
        FloatVector derivative = Lanes.load(tile.targetDerivatives(), lane);
        for (int row = 0; row < rows; row++) {
            long here = at + row * ScoreTile.ROW_BYTES;
            FloatVector x = Lanes.load(scores, here).sub(target);
            FloatVector e = Lanes.exp(x.abs().neg());
            FloatVector share = Logistic.sigmoid(x, e);
            loss = loss.add(Logistic.softplus(x, e));
            derivative = derivative.sub(share);
            Lanes.store(share, scores, here);
        }
        Lanes.store(loss, tile.losses(), lane);
        Lanes.store(derivative, tile.targetDerivatives(), lane);
    }

    @Override
    public void finish(ScoreTile tile, int tokens) {
        FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1f);
        for (long lane = 0; lane < ScoreTile.laneBytes(tokens); lane += Lanes.BYTES) {
            Lanes.store(one, tile.scales(), lane);
        }
    }
}
