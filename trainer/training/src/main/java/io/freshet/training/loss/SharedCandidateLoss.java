package io.freshet.training.loss;

import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * A loss whose targets share candidates, computed by matrix products with the elementwise {@link LossFunction}
 * between them. With scores S = E Hᵀ of candidates E, and derivatives dℓ/dS = P · diag(z) where P is in the tile and
 * z are the states' scales:
 *
 * <pre>
 * dH = diag(z) Pᵀ E + dℓ/ds⁺ · e⁺,   dE = P (diag(z) H)
 * </pre>
 *
 * <p>So z scales the hidden states and their gradients, not the tile. While a block of candidates is in the caches,
 * it is multiplied with the states, its scores are replaced by derivatives, and those are multiplied into dH / z. z
 * is known after the last block. dE then takes the only other pass over the tile.
 *
 * <p>Uses scratch of (candidates × {@value ScoreTile#TOKENS}) floats. Not thread-safe.
 */
final class SharedCandidateLoss implements AutoCloseable {
    private static final int TILE = ScoreTile.TOKENS;

    /**
     * Number of candidates whose scores and vectors stay in the innermost caches from the product that computes the
     * scores to the product with the derivatives.
     */
    private static final int BLOCK = 96;

    /** Number of candidates whose gradients one product computes. */
    private static final int GRADIENT_BLOCK = 96;

    private final Products products;
    private final LossFunction function;
    private final ScoreTile tile;
    private final int d;
    private final FloatBlock states;
    private final Matrix transposed; // (d, TILE): hᵀ
    private final Matrix scaled; // (TILE, d): h · weight · z
    private long[] masks = new long[TILE]; // candidate · 2^32 + state, ascending
    private int maskCount;

    /**
     * @param tile scratch, owned by the caller
     */
    SharedCandidateLoss(int d, Products products, LossFunction function, ScoreTile tile) {
        this.d = d;
        this.products = products;
        this.function = function;
        this.tile = tile;
        this.states = FloatBlock.zeros(2L * TILE * d);
        this.transposed = Matrix.over(states.memory(), 0, d, TILE);
        this.scaled = Matrix.over(states.memory(), (long) TILE * d, TILE, d);
    }

    /**
     * Computes the loss of a chunk and its gradients.
     *
     * @param gradients the candidates' gradients (candidates, d)
     * @param overwrite whether {@code gradients} is overwritten rather than added to
     * @return the sum of the states' losses, each multiplied by its own weight but not by the chunk's
     */
    double backward(
            LossChunk chunk, Candidates candidates, ScoreCorrection correction, Matrix gradients, boolean overwrite) {
        tile.reserve(candidates.size(), candidates.correction());
        double loss = 0;
        int states = chunk.states();
        for (int first = 0; first < states; first += TILE) {
            int count = Math.min(TILE, states - first);
            readStates(chunk, candidates, correction, first, count);
            derive(chunk, candidates, first, count);
            loss += scale(chunk, first, count);
            multiply(chunk, candidates, first, count, gradients, overwrite && first == 0);
        }
        return loss;
    }

    /** Transposes h into the lanes, computes the targets' scores, and finds the targets among the candidates. */
    private void readStates(LossChunk chunk, Candidates candidates, ScoreCorrection correction, int first, int count) {
        transpose(chunk.hidden(), first, count);
        maskCount = 0;
        Matrix h = chunk.hidden();
        for (int t = 0; t < TILE; t++) {
            int target = t < count ? chunk.target(first + t) : SequenceBatch.NO_TARGET;
            float score = 0f;
            if (target >= 0) {
                MemorySegment item = chunk.items().memory(target);
                score = Rows.dot(
                                h.memory(), h.at(first + t), item, chunk.items().at(target), d)
                        + correction.ofTarget(target);
                maskTarget(candidates, target, t);
            }
            ScoreTile.put(tile.targetScores(), t, score);
        }
        Arrays.sort(masks, 0, maskCount);
    }

    /** Transposes h. Lanes past {@code count} are zero, so that their results stay finite. */
    private void transpose(Matrix hidden, int first, int count) {
        transposed.transposeFrom(hidden.rows(first, count), Lanes.roundUp(count));
    }

    private void maskTarget(Candidates candidates, int target, int state) {
        int index = candidates.indexOf(target);
        while (index >= 0 && index < candidates.size() && candidates.rowOf(index) == target) {
            if (maskCount == masks.length) {
                masks = Arrays.copyOf(masks, 2 * maskCount);
            }
            masks[maskCount] = (long) index << Integer.SIZE | state;
            maskCount++;
            index++;
        }
    }

    /**
     * Fills the tile with derivatives, and the hidden states' gradients with the products of the derivatives and the
     * candidates.
     */
    private void derive(LossChunk chunk, Candidates candidates, int first, int count) {
        function.begin(tile);
        pass(chunk, candidates, first, count, true);
        if (function.overflowed(tile, count)) {
            pass(chunk, candidates, first, count, false);
            pass(chunk, candidates, first, count, true);
        }
        function.finish(tile, count);
    }

    /**
     * Computes scores block by block. While a block is in the cache, its scores are replaced by derivatives and
     * multiplied, or they raise the shifts.
     */
    private void pass(LossChunk chunk, Candidates candidates, int first, int count, boolean derive) {
        int nextMask = 0;
        for (int i = 0; i < candidates.size(); i += candidates.blockSize()) {
            int end = end(candidates, i);
            Matrix vectors = candidates.block(i / candidates.blockSize());
            for (int from = i; from < end; from += BLOCK) {
                int rows = Math.min(BLOCK, end - from);
                score(candidates, i, from, rows, count);
                nextMask = mask(nextMask, from + rows);
                if (derive) {
                    function.derive(tile, from, rows, count);
                    Matrix derivatives = tile.scores().rows(from, rows).columns(0, count);
                    Matrix gradients = chunk.hiddenGradients().rows(first, count);
                    products.multiplyTransposed(derivatives, vectors.rows(from - i, rows), gradients, from > 0);
                } else {
                    function.raiseShifts(tile, from, rows, count);
                }
            }
        }
    }

    private static int end(Candidates candidates, int first) {
        return (int) Math.min((long) first + candidates.blockSize(), candidates.size());
    }

    /**
     * Computes the scores of candidates {@code [from, from + rows)}, in the block that starts with candidate
     * {@code blockFirst}.
     */
    private void score(Candidates candidates, int blockFirst, int from, int rows, int count) {
        Matrix vectors = candidates.block(blockFirst / candidates.blockSize()).rows(from - blockFirst, rows);
        int lanes = Lanes.roundUp(count);
        Matrix scores = tile.scores().rows(from, rows).columns(0, lanes);
        products.multiply(vectors, transposed.columns(0, lanes), scores, false);
        MemorySegment corrections = candidates.ownCorrections();
        if (corrections.byteSize() > 0) {
            for (int row = from; row < from + rows; row++) {
                correct(row, corrections.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, row), count);
            }
        }
    }

    private void correct(int row, float correction, int count) {
        MemorySegment scores = tile.scores().memory();
        long at = tile.scores().at(row);
        for (long lane = 0; lane < ScoreTile.laneBytes(count); lane += Lanes.BYTES) {
            FloatVector s = Lanes.load(scores, at + lane);
            Lanes.store(s.add(correction), scores, at + lane);
        }
    }

    /**
     * Applies the masks from index {@code next} on whose candidate is below {@code end}. Returns the index of the
     * first mask that is left.
     */
    private int mask(int next, int end) {
        int i = next;
        while (i < maskCount && (int) (masks[i] >>> Integer.SIZE) < end) {
            tile.scores().set((int) (masks[i] >>> Integer.SIZE), (int) masks[i], ScoreTile.MASKED);
            i++;
        }
        return i;
    }

    /** Returns the loss, and computes the targets' gradients and h · weight · z. */
    private double scale(LossChunk chunk, int first, int count) {
        double loss = 0;
        Matrix h = chunk.hidden();
        for (int t = 0; t < count; t++) {
            int state = first + t;
            boolean counts = chunk.target(state) >= 0;
            float own = chunk.ownWeight(state);
            float weight = counts ? own * chunk.weight() : 0f;
            loss += counts ? (double) own * ScoreTile.get(tile.losses(), t) : 0;
            float share = weight * ScoreTile.get(tile.targetDerivatives(), t);
            float scale = weight * ScoreTile.get(tile.scales(), t);
            ScoreTile.put(chunk.targetGradients(), chunk.firstState() + state, share);
            ScoreTile.put(tile.scales(), t, scale);
            Rows.scale(h.memory(), h.at(state), scale, scaled.memory(), scaled.at(t), d);
        }
        return loss;
    }

    /**
     * Computes the candidates' gradients by the second product with the tile, and completes the hidden states'
     * gradients.
     */
    private void multiply(
            LossChunk chunk, Candidates candidates, int first, int count, Matrix gradients, boolean overwrite) {
        for (int from = 0; from < candidates.size(); from += GRADIENT_BLOCK) {
            int rows = Math.min(GRADIENT_BLOCK, candidates.size() - from);
            Matrix derivatives = tile.scores().rows(from, rows).columns(0, count);
            products.multiply(derivatives, scaled.rows(0, count), gradients.rows(from, rows), !overwrite);
        }
        for (int t = 0; t < count; t++) {
            addTarget(chunk, first + t, ScoreTile.get(tile.scales(), t));
        }
    }

    /** {@code dh = dh · scale + share · e⁺}. */
    private void addTarget(LossChunk chunk, int state, float scale) {
        int target = Math.max(0, chunk.target(state));
        float share = ScoreTile.get(chunk.targetGradients(), chunk.firstState() + state);
        MemorySegment row = chunk.hiddenGradients().memory();
        long at = chunk.hiddenGradients().at(state);
        Rows.scale(row, at, scale, row, at, d);
        Rows.addScaled(chunk.items().memory(target), chunk.items().at(target), share, row, at, d);
    }

    @Override
    public void close() {
        states.close();
    }
}
