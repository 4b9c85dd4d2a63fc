package io.freshet.loss;

import io.freshet.tensor.Lanes;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Telling the target from its candidates one by one: NCE (Gutmann and Hyvärinen, AISTATS 2010), NEG (Mikolov et al.,
 * NeurIPS 2013) and BCE (Kang and McAuley, ICDM 2018), as Xu et al. (arXiv 2408.14238) compare them. With x = s + its
 * {@link ScoreCorrection}:
 *
 * <pre>
 * ℓ = -log σ(x⁺) - Σᵢ log(1 - σ(xᵢ)),   dℓ/ds⁺ = -σ(-x⁺),   dℓ/dsᵢ = σ(xᵢ)
 * -log σ(x) = softplus(-x),   -log(1 - σ(x)) = softplus(x) = max(x, 0) + log(1 + exp(-|x|))
 * </pre>
 */
record Logistic() implements LossFunction {
    @Override
    public void begin(ScoreTile tile) {
        tile.sums().fill((byte) 0);
    }

    @Override
    public void derive(ScoreTile tile, int from, int rows, int tokens) {
        for (long lane = 0; lane < ScoreTile.laneBytes(tokens); lane += Lanes.BYTES) {
            classify(tile.scores().memory(), tile.scores().at(from) + lane, rows, tile, lane);
        }
    }

    private static void classify(MemorySegment scores, long at, int rows, ScoreTile tile, long lane) {
        FloatVector sum = Lanes.load(tile.sums(), lane);
        for (int row = 0; row < rows; row++) {
            long here = at + row * ScoreTile.ROW_BYTES;
            FloatVector x = Lanes.load(scores, here).add(tile.correction());
            FloatVector e = Lanes.exp(x.abs().neg());
            sum = sum.add(softplus(x, e));
            Lanes.store(sigmoid(x, e), scores, here);
        }
        Lanes.store(sum, tile.sums(), lane);
    }

    @Override
    public void finish(ScoreTile tile, int tokens) {
        FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1f);
        for (long lane = 0; lane < ScoreTile.laneBytes(tokens); lane += Lanes.BYTES) {
            FloatVector x = Lanes.load(tile.targetScores(), lane).neg();
            FloatVector e = Lanes.exp(x.abs().neg());
            Lanes.store(softplus(x, e).add(Lanes.load(tile.sums(), lane)), tile.losses(), lane);
            Lanes.store(sigmoid(x, e).neg(), tile.targetDerivatives(), lane);
            Lanes.store(one, tile.scales(), lane);
        }
    }

    /** softplus(x), given {@code e = exp(-|x|)}. */
    static FloatVector softplus(FloatVector x, FloatVector e) {
        return x.max(0f).add(Lanes.log(e.add(1f)));
    }

    /** σ(x), given {@code e = exp(-|x|)}. */
    static FloatVector sigmoid(FloatVector x, FloatVector e) {
        FloatVector one = FloatVector.broadcast(Lanes.FLOATS, 1f);
        return one.blend(e, x.compare(VectorOperators.LT, 0f)).div(e.add(1f));
    }
}
