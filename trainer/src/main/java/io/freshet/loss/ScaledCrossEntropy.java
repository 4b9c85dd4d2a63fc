package io.freshet.loss;

import io.freshet.encoder.SequenceBatch;
import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Lanes;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Products;
import io.freshet.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * The scaled sampled-softmax cross-entropy of Xu et al. (arXiv 2408.14238, eq. 9; arXiv 2402.06216), and full
 * cross-entropy as its limit. For a token with hidden state h, target score s⁺ = h·e⁺ and candidates' scores sᵢ = h·eᵢ:
 *
 * <pre>
 * sampled: ℓ = -s⁺ + log(exp s⁺ + α Σᵢ exp sᵢ)     dℓ/ds⁺ = exp(s⁺)/Z - 1
 * full:    ℓ = -s⁺ + log(Σᵢ exp sᵢ)                dℓ/ds⁺ = -1, its share among the candidates aside
 *                                                  dℓ/dsᵢ = α exp(sᵢ)/Z
 * dh = dℓ/ds⁺ · e⁺ + Σᵢ dℓ/dsᵢ · eᵢ                de⁺ = dℓ/ds⁺ · h,   deᵢ = dℓ/dsᵢ · h
 * </pre>
 *
 * <p>A tile of {@value #TILE} tokens stands in the lanes and candidates in the rows, so that sums over candidates never
 * cross lanes. The tile keeps {@code α exp(sᵢ - c)}; Z divides the hidden states and their gradients, not the tile, so
 * it is read only twice more. The shift c is s⁺; where a sum overflows all the same, the tile is computed again with
 * c the largest score.
 *
 * <p>Holds scratch of (candidates × {@value #TILE}) floats: one instance a thread.
 */
public final class ScaledCrossEntropy implements AutoCloseable {
    private static final long VECTOR = (long) Lanes.COUNT * Float.BYTES;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** Tokens of a tile. */
    static final int TILE = 128;

    /** Candidates whose scores are still in the first cache when they are exponentiated. */
    private static final int BLOCK = 48;

    /** Candidates whose vectors are still in the first cache when they are multiplied in again. */
    private static final int GRADIENT_BLOCK = 64;

    private final Products products;
    private final int d;
    private final FloatBlock perToken;
    private final Matrix transposed; // (d, TILE): hᵀ
    private final Matrix scaled; // (TILE, d): h · weight / Z
    private final MemorySegment targetScores; // (TILE): s⁺
    private final MemorySegment shifts; // (TILE): c
    private final MemorySegment sums; // (TILE): Z without the target's own term
    private FloatBlock scores = FloatBlock.zeros(TILE);
    private Matrix tile = Matrix.over(scores.memory(), 0, TILE); // (candidates, TILE): α exp(s - c)

    public ScaledCrossEntropy(int d, Products products) {
        this.d = d;
        this.products = products;
        this.perToken = FloatBlock.zeros(2L * TILE * d + 3L * TILE);
        this.transposed = Matrix.over(perToken.memory(), 0, TILE);
        this.scaled = Matrix.over(perToken.memory(), (long) TILE * d, d);
        Matrix rows = Matrix.over(perToken.memory(), 2L * TILE * d, TILE);
        this.targetScores = row(rows, 0);
        this.shifts = row(rows, 1);
        this.sums = row(rows, 2);
    }

    private static MemorySegment row(Matrix rows, int index) {
        return rows.memory().asSlice(rows.at(index), (long) TILE * Float.BYTES);
    }

    /**
     * A chunk of tokens whose loss is wanted.
     *
     * @param hidden H (tokens, d)
     * @param firstToken the batch's token that row 0 of {@code hidden} belongs to
     * @param items the item table, for the targets' vectors
     * @param weight what each token's loss is multiplied by before gradients are taken
     */
    public record Chunk(SequenceBatch batch, int firstToken, int tokens, Matrix hidden, RowTable items, float weight) {
        private int target(int token) {
            return batch.target(firstToken + token);
        }
    }

    /**
     * Where gradients go.
     *
     * @param hidden receives the gradient of H (tokens, d)
     * @param targets receives, in the batch's token positions, weight · dℓ/ds⁺: the gradient of the target's vector is
     *     that times h
     * @param candidates the candidates' gradients (candidates, d), added to
     */
    public record Gradients(Matrix hidden, MemorySegment targets, Matrix candidates) {}

    /**
     * The loss of a chunk and its gradients. Tokens without a target count nothing.
     *
     * @param overwrite whether the candidates' gradients are overwritten rather than added to
     * @return the sum of the tokens' losses, not multiplied by the chunk's weight
     */
    public double backward(Chunk chunk, Candidates candidates, Gradients gradients, boolean overwrite) {
        reserve(candidates.size());
        double loss = 0;
        for (int first = 0; first < chunk.tokens(); first += TILE) {
            int count = Math.min(TILE, chunk.tokens() - first);
            score(chunk, candidates, first, count);
            loss += scale(chunk, candidates, first, count, gradients);
            multiply(chunk, candidates, first, count, gradients, overwrite && first == 0);
        }
        return loss;
    }

    private void reserve(int candidates) {
        long needed = (long) candidates * TILE;
        if (scores.length() < needed) {
            scores.close();
            scores = FloatBlock.zeros(needed + needed / 4);
            tile = Matrix.over(scores.memory(), 0, TILE);
        }
    }

    /** Fills the tile, the targets' scores, the shifts and the sums. */
    private void score(Chunk chunk, Candidates candidates, int first, int count) {
        transpose(chunk.hidden(), first, count);
        for (int t = 0; t < TILE; t++) {
            int target = t < count ? chunk.target(first + t) : SequenceBatch.NO_TARGET;
            put(targetScores, t, target < 0 ? 0f : targetScore(chunk, first + t, target));
        }
        shifts.copyFrom(targetScores);
        exponentiate(candidates, count);
        if (!sumsAreFinite(count)) {
            shiftByLargest(candidates, count);
            exponentiate(candidates, count);
        }
        leaveOutTargets(chunk, candidates, first, count);
    }

    private float targetScore(Chunk chunk, int token, int target) {
        Matrix h = chunk.hidden();
        return dot(
                h.memory(),
                h.at(token),
                chunk.items().memory(target),
                chunk.items().at(target),
                d);
    }

    /** hᵀ into the lanes; those past {@code count} are zero, so that what they compute stays finite. */
    private void transpose(Matrix hidden, int first, int count) {
        int lanes = Lanes.roundUp(count);
        for (int t = 0; t < lanes; t++) {
            for (int c = 0; c < d; c++) {
                transposed.set(c, t, t < count ? hidden.get(first + t, c) : 0f);
            }
        }
    }

    private void exponentiate(Candidates candidates, int count) {
        int lanes = Lanes.roundUp(count);
        float logAlpha = (float) Math.log(candidates.alpha());
        sums.fill((byte) 0);
        for (int i = 0; i < candidates.size(); i += candidates.blockSize()) {
            int end = end(candidates, i);
            for (int from = i; from < end; from += BLOCK) {
                int rows = Math.min(BLOCK, end - from);
                scores(candidates, i, from, rows, lanes);
                for (int lane = 0; lane < lanes; lane += Lanes.COUNT) {
                    long bytes = (long) lane * Float.BYTES;
                    exponentiate(tile.memory(), tile.at(from) + bytes, rows, logAlpha, shifts, sums, bytes);
                }
            }
        }
    }

    private static int end(Candidates candidates, int first) {
        return (int) Math.min((long) first + candidates.blockSize(), candidates.size());
    }

    /** Scores of candidates {@code [from, from + rows)} of the block that starts with candidate {@code blockFirst}. */
    private void scores(Candidates candidates, int blockFirst, int from, int rows, int lanes) {
        Matrix vectors = candidates.block(blockFirst / candidates.blockSize());
        products.multiply(vectors, from - blockFirst, transposed, 0, tile, from, rows, lanes, d, false);
    }

    private static void exponentiate(
            MemorySegment tile,
            long at,
            int rows,
            float logAlpha,
            MemorySegment shifts,
            MemorySegment sums,
            long lane) {
        FloatVector shift = Lanes.load(shifts, lane).sub(logAlpha);
        FloatVector sum = Lanes.load(sums, lane);
        for (int row = 0; row < rows; row++) {
            long here = at + (long) row * TILE * Float.BYTES;
            FloatVector e = Lanes.exp(Lanes.load(tile, here).sub(shift));
            sum = sum.add(e);
            Lanes.store(e, tile, here);
        }
        Lanes.store(sum, sums, lane);
    }

    private boolean sumsAreFinite(int count) {
        for (int t = 0; t < count; t++) {
            if (!Float.isFinite(get(sums, t))) {
                return false;
            }
        }
        return true;
    }

    /** The rare case: some score is more than 88 above the target's. */
    private void shiftByLargest(Candidates candidates, int count) {
        int lanes = Lanes.roundUp(count);
        float logAlpha = (float) Math.log(candidates.alpha());
        shifts.copyFrom(targetScores);
        for (int i = 0; i < candidates.size(); i += candidates.blockSize()) {
            int end = end(candidates, i);
            scores(candidates, i, i, end - i, lanes);
            for (int row = i; row < end; row++) {
                for (int lane = 0; lane < lanes; lane += Lanes.COUNT) {
                    long bytes = (long) lane * Float.BYTES;
                    FloatVector s =
                            Lanes.load(tile.memory(), tile.at(row) + bytes).add(logAlpha);
                    Lanes.store(Lanes.load(shifts, bytes).max(s), shifts, bytes);
                }
            }
        }
    }

    /** A drawn candidate that is a token's own target does not count against it. */
    private void leaveOutTargets(Chunk chunk, Candidates candidates, int first, int count) {
        if (candidates.includeTargets()) {
            return;
        }
        for (int t = 0; t < count; t++) {
            int target = chunk.target(first + t);
            int candidate = target < 0 ? -1 : candidates.indexOf(target);
            if (candidate >= 0) {
                put(sums, t, Math.max(0f, get(sums, t) - tile.get(candidate, t)));
                tile.set(candidate, t, 0f);
            }
        }
    }

    /** The loss, the targets' gradients, and h · weight / Z. */
    private double scale(Chunk chunk, Candidates candidates, int first, int count, Gradients gradients) {
        double loss = 0;
        for (int t = 0; t < count; t++) {
            int token = first + t;
            boolean counts = chunk.target(token) >= 0;
            float target = get(targetScores, t);
            float shift = get(shifts, t);
            float own = (float) Math.exp(target - shift);
            float z = get(sums, t) + (candidates.includeTargets() ? 0f : own);
            float weight = counts ? chunk.weight() : 0f;
            float share = candidates.includeTargets() ? 0f : own / z;
            loss += counts ? Math.log(z) + shift - target : 0;
            put(gradients.targets(), chunk.firstToken() + token, weight * (share - 1f));
            put(sums, t, weight / z);
            Matrix h = chunk.hidden();
            multiplyRow(h.memory(), h.at(token), weight / z, scaled.memory(), scaled.at(t), d);
        }
        return loss;
    }

    /** The products with the tile: candidates' gradients, and the hidden states' with the target's term. */
    private void multiply(
            Chunk chunk, Candidates candidates, int first, int count, Gradients gradients, boolean overwrite) {
        for (int i = 0; i < candidates.size(); i += candidates.blockSize()) {
            int end = end(candidates, i);
            Matrix vectors = candidates.block(i / candidates.blockSize());
            for (int from = i; from < end; from += GRADIENT_BLOCK) {
                int rows = Math.min(GRADIENT_BLOCK, end - from);
                products.multiply(tile, from, scaled, 0, gradients.candidates(), from, rows, d, count, !overwrite);
                products.multiplyTransposed(
                        tile, from, vectors, from - i, gradients.hidden(), first, count, d, rows, from > 0);
            }
        }
        for (int t = 0; t < count; t++) {
            int token = first + t;
            int target = Math.max(0, chunk.target(token));
            finishRow(
                    gradients.hidden().memory(),
                    gradients.hidden().at(token),
                    get(sums, t),
                    get(gradients.targets(), chunk.firstToken() + token),
                    chunk.items().memory(target),
                    chunk.items().at(target),
                    d);
        }
    }

    /** {@code row = row · scale + share · item}. */
    private static void finishRow(
            MemorySegment row, long rowAt, float scale, float share, MemorySegment item, long itemAt, int d) {
        FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, share);
        for (long i = 0; i < (long) d * Float.BYTES; i += VECTOR) {
            FloatVector scaled = Lanes.load(row, rowAt + i).mul(scale);
            Lanes.store(Lanes.load(item, itemAt + i).fma(factor, scaled), row, rowAt + i);
        }
    }

    private static void multiplyRow(MemorySegment from, long fromAt, float factor, MemorySegment to, long toAt, int d) {
        for (long i = 0; i < (long) d * Float.BYTES; i += VECTOR) {
            Lanes.store(Lanes.load(from, fromAt + i).mul(factor), to, toAt + i);
        }
    }

    private static float dot(MemorySegment a, long aAt, MemorySegment b, long bAt, int d) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (long i = 0; i < (long) d * Float.BYTES; i += VECTOR) {
            sum = Lanes.load(a, aAt + i).fma(Lanes.load(b, bAt + i), sum);
        }
        return Lanes.sum(sum);
    }

    private static float get(MemorySegment row, int index) {
        return row.getAtIndex(FLOAT, index);
    }

    private static void put(MemorySegment row, int index, float value) {
        row.setAtIndex(FLOAT, index, value);
    }

    @Override
    public void close() {
        perToken.close();
        scores.close();
    }
}
