package io.freshet.training.ranking;

import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Normalisers of the softmax over the candidates of each history of a tile, summed panel by panel, with t = scale · s:
 *
 * <pre>
 * log Z = m + log Σ exp(t - m),   E[t] = Σ t exp(t - m) / Σ exp(t - m)
 * </pre>
 *
 * <p>where m is the target's t, so that no pass is needed to find the largest t. If a history's sum reaches {@value
 * #TOO_LARGE}, m becomes the largest t of that panel, and the sums are scaled down to it (Milakov and Gimelshein, "Online
 * normalizer calculation for softmax", arXiv 1805.02867). Exponentials are computed to base 2. Panels are summed in float
 * until {@link #flush}, which adds them up in double. Owns its memory; an instance is used by one thread.
 */
final class SoftmaxSums implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final int QUERIES = QueryTile.QUERIES;
    private static final long ROW_BYTES = (long) QUERIES * Float.BYTES;

    /**
     * Sum from which m is raised. Far below the largest float: a panel adds at most {@value QueryTile#PANEL_ROWS}
     * exponentials of {@link #MOST}.
     */
    private static final float TOO_LARGE = 0x1p100f;

    /** Largest exponent to base 2. Larger exponents are replaced by this one, which makes the sum too large. */
    private static final float MOST = 118f;

    private static final double LN_2 = 0.6931471805599453;

    private final FloatBlock block = FloatBlock.zeros(6L * QUERIES);
    private final MemorySegment ends = row(0); // (QUERIES): number of candidates in the panel
    private final MemorySegment shifts = row(1); // (QUERIES): m / ln 2
    private final MemorySegment panelSums = row(2); // (QUERIES): Σ exp(t - m) since the last flush
    private final MemorySegment panelScores = row(3); // (QUERIES): Σ s exp(t - m) since the last flush
    private final MemorySegment sumsBefore = row(4); // (QUERIES): panelSums without the newest panel
    private final MemorySegment scoresBefore = row(5); // (QUERIES): panelScores without the newest panel
    private final double[] sums = new double[QUERIES];
    private final double[] scores = new double[QUERIES];
    private float scale;

    private MemorySegment row(int index) {
        return block.memory().asSlice(index * ROW_BYTES, ROW_BYTES);
    }

    /** Resets the sums for the histories of a tile whose targets have been scored. */
    void begin(QueryTile tile, float scoreScale) {
        scale = scoreScale;
        for (int i = 0; i < QUERIES; i++) {
            shifts.setAtIndex(FLOAT, i, i < tile.queries() ? tile.targetScore(i) * factor() : 0f);
        }
        panelSums.fill((byte) 0);
        panelScores.fill((byte) 0);
        Arrays.fill(sums, 0);
        Arrays.fill(scores, 0);
    }

    private float factor() {
        return scale * Lanes.LOG2_E;
    }

    /** Adds the tile's current panel. */
    void add(QueryTile tile) {
        int open = tile.openRows();
        if (open < tile.rows()) {
            for (int i = 0; i < QUERIES; i++) {
                ends.setAtIndex(FLOAT, i, i < tile.queries() ? tile.end(i) : 0);
            }
        }
        sumsBefore.copyFrom(panelSums);
        scoresBefore.copyFrom(panelScores);
        Matrix t = tile.scores();
        for (int lane = 0; lane < tile.lanes(); lane += Lanes.COUNT) {
            long bytes = (long) lane * Float.BYTES;
            addPanel(t.memory(), t.at(0) + bytes, open, tile.rows(), bytes);
            if (Lanes.load(panelSums, bytes)
                    .compare(VectorOperators.GE, TOO_LARGE)
                    .anyTrue()) {
                raiseShifts(t, lane, open, tile.rows());
            }
        }
    }

    private void addPanel(MemorySegment memory, long at, int open, int rows, long lane) {
        sumUp(memory, at, open, lane);
        if (open < rows) {
            sumUpCandidates(memory, at, open, rows, lane);
        }
    }

    private void sumUp(MemorySegment memory, long at, int rows, long lane) {
        FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, factor());
        FloatVector shift = Lanes.load(shifts, lane).neg();
        FloatVector sum = Lanes.load(panelSums, lane);
        FloatVector score = Lanes.load(panelScores, lane);
        for (int row = 0; row < rows; row++) {
            FloatVector s = Lanes.load(memory, at + row * ROW_BYTES);
            FloatVector e = Lanes.exp2(Lanes.atMost(s.fma(factor, shift), MOST));
            sum = e.add(sum);
            score = s.fma(e, score);
        }
        Lanes.store(sum, panelSums, lane);
        Lanes.store(score, panelScores, lane);
    }

    private void sumUpCandidates(MemorySegment memory, long at, int from, int rows, long lane) {
        FloatVector end = Lanes.load(ends, lane);
        FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, factor());
        FloatVector shift = Lanes.load(shifts, lane).neg();
        FloatVector sum = Lanes.load(panelSums, lane);
        FloatVector score = Lanes.load(panelScores, lane);
        for (int row = from; row < rows; row++) {
            FloatVector s = Lanes.load(memory, at + row * ROW_BYTES);
            VectorMask<Float> out = end.compare(VectorOperators.LE, (float) row);
            FloatVector e = Lanes.exp2(Lanes.atMost(s.fma(factor, shift), MOST)).blend(0f, out);
            sum = e.add(sum);
            score = s.fma(e, score);
        }
        Lanes.store(sum, panelSums, lane);
        Lanes.store(score, panelScores, lane);
    }

    /**
     * Handles the rare case that some score of the panel is more than 69 (100 ln 2) above its history's shift: makes the
     * largest score of each such history its shift, and sums up the panel again for it. The sums of other histories keep
     * their bits.
     */
    private void raiseShifts(Matrix t, int firstLane, int open, int rows) {
        for (int query = firstLane; query < firstLane + Lanes.COUNT; query++) {
            if (panelSums.getAtIndex(FLOAT, query) >= TOO_LARGE) {
                int end = Math.min(rows, open < rows ? (int) ends.getAtIndex(FLOAT, query) : rows);
                raiseShift(t, query, end);
            }
        }
    }

    private void raiseShift(Matrix t, int query, int end) {
        float before = shifts.getAtIndex(FLOAT, query);
        float shift = before;
        for (int row = 0; row < end; row++) {
            shift = Math.max(shift, t.get(row, query) * factor());
        }
        double shrink = StrictMath.exp(((double) before - shift) * LN_2);
        sums[query] = (sums[query] + sumsBefore.getAtIndex(FLOAT, query)) * shrink;
        scores[query] = (scores[query] + scoresBefore.getAtIndex(FLOAT, query)) * shrink;
        float sum = 0;
        float score = 0;
        for (int row = 0; row < end; row++) {
            float s = t.get(row, query);
            float e = (float) StrictMath.exp(((double) s * factor() - shift) * LN_2);
            sum += e;
            score += s * e;
        }
        shifts.setAtIndex(FLOAT, query, shift);
        panelSums.setAtIndex(FLOAT, query, sum);
        panelScores.setAtIndex(FLOAT, query, score);
    }

    /** Moves the sums of the panels since the last flush over to double. */
    void flush(int queries) {
        for (int i = 0; i < queries; i++) {
            sums[i] += panelSums.getAtIndex(FLOAT, i);
            scores[i] += panelScores.getAtIndex(FLOAT, i);
        }
        panelSums.fill((byte) 0);
        panelScores.fill((byte) 0);
    }

    /** Returns {@code log Z} over the flushed panels. */
    double logNormalizer(int query) {
        return shifts.getAtIndex(FLOAT, query) * LN_2 + StrictMath.log(sums[query]);
    }

    /** Returns {@code E[t]} over the flushed panels. */
    double meanScore(int query) {
        return scale * (scores[query] / sums[query]);
    }

    @Override
    public void close() {
        block.close();
    }
}
