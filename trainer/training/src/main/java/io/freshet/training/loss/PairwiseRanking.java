package io.freshet.training.loss;

import io.freshet.model.tensor.Lanes;
import jdk.incubator.vector.FloatVector;

/**
 * BPR (Rendle et al., UAI 2009): the target should score higher than its candidate.
 *
 * <pre>
 * ℓ = -Σᵢ log σ(s⁺ - sᵢ),   dℓ/dsᵢ = σ(sᵢ - s⁺),   dℓ/ds⁺ = -Σᵢ σ(sᵢ - s⁺)
 * </pre>
 *
 * <p>This is the computation of {@link Logistic} for candidates, with s⁺ as their shift.
 */
record PairwiseRanking() implements LossFunction {
    @Override
    public void begin(ScoreTile tile) {
        tile.shifts().copyFrom(tile.targetScores());
        tile.sums().fill((byte) 0);
        tile.targetDerivatives().fill((byte) 0);
    }

    @Override
    public void derive(ScoreTile tile, int from, int rows, int states) {
        Logistic.classify(tile, from, rows, states);
    }

    @Override
    public void finish(ScoreTile tile, int states) {
        FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1f);
        tile.losses().copyFrom(tile.sums());
        for (long lane = 0; lane < ScoreTile.laneBytes(states); lane += Lanes.BYTES) {
            Lanes.store(one, tile.scales(), lane);
        }
    }
}
