package io.freshet.model;

import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Lanes;
import io.freshet.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Normalisers of the softmax over the candidates of each history of a tile, gathered chunk by chunk, with t = scale · s:
 *
 * <pre>
 * log Z = m + log Σ exp(t - m),   E[t] = Σ t exp(t - m) / Σ exp(t - m)
 * </pre>
 *
 * <p>where m is the largest t so far; when it grows, the sums are scaled down to it (Milakov and Gimelshein, "Online
 * normalizer calculation for softmax", arXiv 1805.02867). A chunk is summed in float, chunks in double. Owns its memory:
 * one a thread.
 */
final class SoftmaxSums implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final int QUERIES = QueryTile.QUERIES;
    private static final long ROW_BYTES = (long) QUERIES * Float.BYTES;

    private final FloatBlock block = FloatBlock.zeros(4L * QUERIES);
    private final MemorySegment ends = block.memory().asSlice(0, ROW_BYTES); // (QUERIES): candidates of the chunk
    private final MemorySegment maxima = block.memory().asSlice(ROW_BYTES, ROW_BYTES); // (QUERIES): m
    private final MemorySegment chunkSums = block.memory().asSlice(2 * ROW_BYTES, ROW_BYTES); // (QUERIES): Σ exp(t - m)
    private final MemorySegment chunkScores =
            block.memory().asSlice(3 * ROW_BYTES, ROW_BYTES); // (QUERIES): Σ t exp(t - m)
    private final float[] maximaBefore = new float[QUERIES];
    private final double[] sums = new double[QUERIES];
    private final double[] scores = new double[QUERIES];

    /** Forgets everything. */
    void clear() {
        for (int i = 0; i < QUERIES; i++) {
            maxima.setAtIndex(FLOAT, i, Float.NEGATIVE_INFINITY);
        }
        Arrays.fill(sums, 0);
        Arrays.fill(scores, 0);
    }

    /** Takes in the tile's chunk. */
    void add(QueryTile tile, float scale, int[] candidates, int first) {
        int open = tile.openRows(candidates, first);
        for (int i = 0; i < QUERIES; i++) {
            int end = i < tile.queries() ? candidates[first + i] - tile.firstRow() : 0;
            ends.setAtIndex(FLOAT, i, end);
            maximaBefore[i] = maxima.getAtIndex(FLOAT, i);
        }
        for (int lane = 0; lane < tile.lanes(); lane += Lanes.COUNT) {
            addLanes(tile.scores(), open, tile.rows(), scale, (long) lane * Float.BYTES);
        }
        for (int i = 0; i < tile.queries(); i++) {
            if (ends.getAtIndex(FLOAT, i) > 0) {
                addChunk(i);
            }
        }
    }

    /** Four short methods, with all that they hold in memory between them: C2 inlines little into a long one. */
    private void addLanes(Matrix t, int open, int rows, float scale, long lane) {
        MemorySegment memory = t.memory();
        long at = t.at(0) + lane;
        Lanes.store(FloatVector.zero(Lanes.FLOATS), chunkSums, lane);
        Lanes.store(FloatVector.zero(Lanes.FLOATS), chunkScores, lane);
        raiseMaxima(memory, at, open, scale, maxima, lane);
        if (open < rows) {
            raiseMaximaOfCandidates(memory, at, open, rows, scale, lane);
        }
        sumUp(memory, at, open, scale, lane);
        if (open < rows) {
            sumUpCandidates(memory, at, open, rows, scale, lane);
        }
    }

    private static void raiseMaxima(
            MemorySegment memory, long at, int rows, float scale, MemorySegment maxima, long lane) {
        FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, scale);
        FloatVector max = Lanes.load(maxima, lane);
        for (int row = 0; row < rows; row++) {
            max = Lanes.load(memory, at + row * ROW_BYTES).mul(factor).max(max);
        }
        Lanes.store(max, maxima, lane);
    }

    private void raiseMaximaOfCandidates(MemorySegment memory, long at, int from, int rows, float scale, long lane) {
        FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, scale);
        FloatVector end = Lanes.load(ends, lane);
        FloatVector max = Lanes.load(maxima, lane);
        for (int row = from; row < rows; row++) {
            VectorMask<Float> in = end.compare(VectorOperators.GT, (float) row);
            FloatVector raised =
                    Lanes.load(memory, at + row * ROW_BYTES).mul(factor).max(max);
            max = max.blend(raised, in);
        }
        Lanes.store(max, maxima, lane);
    }

    private void sumUp(MemorySegment memory, long at, int rows, float scale, long lane) {
        FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, scale);
        FloatVector max = Lanes.load(maxima, lane);
        FloatVector sum = Lanes.load(chunkSums, lane);
        FloatVector score = Lanes.load(chunkScores, lane);
        for (int row = 0; row < rows; row++) {
            FloatVector x = Lanes.load(memory, at + row * ROW_BYTES).mul(factor);
            FloatVector e = Lanes.exp(x.sub(max));
            sum = e.add(sum);
            score = x.fma(e, score);
        }
        Lanes.store(sum, chunkSums, lane);
        Lanes.store(score, chunkScores, lane);
    }

    private void sumUpCandidates(MemorySegment memory, long at, int from, int rows, float scale, long lane) {
        FloatVector end = Lanes.load(ends, lane);
        FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, scale);
        FloatVector max = Lanes.load(maxima, lane);
        FloatVector sum = Lanes.load(chunkSums, lane);
        FloatVector score = Lanes.load(chunkScores, lane);
        for (int row = from; row < rows; row++) {
            FloatVector x = Lanes.load(memory, at + row * ROW_BYTES).mul(factor);
            VectorMask<Float> out = end.compare(VectorOperators.LE, (float) row);
            FloatVector e = Lanes.exp(x.sub(max)).blend(0f, out);
            sum = e.add(sum);
            score = x.fma(e, score);
        }
        Lanes.store(sum, chunkSums, lane);
        Lanes.store(score, chunkScores, lane);
    }

    private void addChunk(int query) {
        double shrink = StrictMath.exp((double) maximaBefore[query] - maxima.getAtIndex(FLOAT, query));
        sums[query] = sums[query] * shrink + chunkSums.getAtIndex(FLOAT, query);
        scores[query] = scores[query] * shrink + chunkScores.getAtIndex(FLOAT, query);
    }

    /** {@code log Z}. */
    double logNormalizer(int query) {
        return maxima.getAtIndex(FLOAT, query) + StrictMath.log(sums[query]);
    }

    /** {@code E[t]}. */
    double meanScore(int query) {
        return scores[query] / sums[query];
    }

    @Override
    public void close() {
        block.close();
    }
}
