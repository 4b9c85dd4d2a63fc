package io.freshet.training.loss;

import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Rows;
import java.lang.foreign.MemorySegment;

/**
 * A loss in which each target has its own candidates, as the authors of SCE draw them. Each score is an inner product of two
 * rows. A state's candidates are in its lane of the tile, so the same {@link LossFunction} applies. For each candidate it
 * computes a coefficient. The candidate's gradient is the coefficient times the state's h, and is summed later, row by row.
 *
 * <p>Not thread-safe.
 */
final class PositionCandidateLoss {
    private static final int TILE = ScoreTile.TOKENS;

    private final LossFunction function;
    private final ScoreTile tile;
    private final int d;
    private final int negatives;

    /**
     * @param tile scratch, owned by the caller
     */
    PositionCandidateLoss(int d, int negatives, LossFunction function, ScoreTile tile) {
        this.d = d;
        this.negatives = negatives;
        this.function = function;
        this.tile = tile;
    }

    /**
     * Computes the loss of a chunk and its gradients.
     *
     * @param draws the candidates' rows, or -1 if there is none, by the state's number in the batch (states, K)
     * @param coefficients receives dℓ/dsᵢ of each draw times both weights (states, K)
     * @return the sum of the states' losses, each multiplied by its own weight but not by the chunk's
     */
    double backward(LossChunk chunk, int[] draws, ScoreCorrection correction, Matrix coefficients) {
        tile.reserve(negatives, 0f);
        double loss = 0;
        int states = chunk.states();
        for (int first = 0; first < states; first += TILE) {
            int count = Math.min(TILE, states - first);
            derive(chunk, draws, correction, first, count);
            for (int t = 0; t < count; t++) {
                loss += multiply(chunk, draws, first + t, t, coefficients);
            }
        }
        return loss;
    }

    /** Fills the tile with derivatives. */
    private void derive(LossChunk chunk, int[] draws, ScoreCorrection correction, int first, int count) {
        score(chunk, draws, correction, first, count);
        function.begin(tile);
        function.derive(tile, 0, negatives, count);
        if (function.overflowed(tile, count)) {
            score(chunk, draws, correction, first, count);
            function.raiseShifts(tile, 0, negatives, count);
            function.derive(tile, 0, negatives, count);
        }
        function.finish(tile, count);
    }

    private void score(LossChunk chunk, int[] draws, ScoreCorrection correction, int first, int count) {
        RowTable items = chunk.items();
        MemorySegment h = chunk.hidden().memory();
        for (int t = 0; t < count; t++) {
            int target = chunk.target(first + t);
            long at = chunk.hidden().at(first + t);
            int draw = (chunk.firstState() + first + t) * negatives;
            boolean counts = target >= 0;
            float own = counts ? Rows.dot(h, at, items.memory(target), items.at(target), d) : 0f;
            ScoreTile.put(tile.targetScores(), t, counts ? own + correction.ofTarget(target) : 0f);
            for (int k = 0; k < negatives; k++) {
                int row = counts ? draws[draw + k] : SequenceBatch.NO_TARGET;
                float score = row < 0 || row == target
                        ? ScoreTile.MASKED
                        : Rows.dot(h, at, items.memory(row), items.at(row), d) + correction.ofCandidate(row);
                tile.scores().set(k, t, score);
            }
        }
    }

    /**
     * Returns the state's loss times its own weight, and computes its candidates' coefficients and
     * {@code dh = dℓ/ds⁺ · e⁺ + Σᵢ dℓ/dsᵢ · eᵢ}.
     */
    private double multiply(LossChunk chunk, int[] draws, int state, int lane, Matrix coefficients) {
        RowTable items = chunk.items();
        MemorySegment dh = chunk.hiddenGradients().memory();
        long at = chunk.hiddenGradients().at(state);
        int batchState = chunk.firstState() + state;
        int target = chunk.target(state);
        if (target < 0) {
            ScoreTile.put(chunk.targetGradients(), batchState, 0f);
            dh.asSlice(at, items.rowBytes()).fill((byte) 0);
            return 0;
        }
        float own = chunk.ownWeight(state);
        float weight = own * chunk.weight();
        float share = weight * ScoreTile.get(tile.targetDerivatives(), lane);
        float scale = weight * ScoreTile.get(tile.scales(), lane);
        ScoreTile.put(chunk.targetGradients(), batchState, share);
        Rows.scale(items.memory(target), items.at(target), share, dh, at, d);
        for (int k = 0; k < negatives; k++) {
            int row = draws[batchState * negatives + k];
            if (row >= 0) {
                float coefficient = scale * tile.scores().get(k, lane);
                coefficients.set(batchState, k, coefficient);
                Rows.addScaled(items.memory(row), items.at(row), coefficient, dh, at, d);
            }
        }
        return (double) own * ScoreTile.get(tile.losses(), lane);
    }
}
