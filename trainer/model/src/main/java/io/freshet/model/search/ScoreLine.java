package io.freshet.model.search;

import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.Nullable;

/**
 * Scores of some rows for one query. The best scores are selected, and all are summed, while they are in the L1
 * cache. Owns its memory.
 */
final class ScoreLine implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final FloatBlock block;
    private final MemorySegment scores; // (capacity)

    /** @param capacity maximum number of rows, a multiple of {@link Lanes#WIDTH} */
    ScoreLine(int capacity) {
        block = FloatBlock.zeros(capacity);
        scores = block.memory();
    }

    MemorySegment memory() {
        return scores;
    }

    float get(int place) {
        return scores.getAtIndex(FLOAT, place);
    }

    void set(int place, float score) {
        scores.setAtIndex(FLOAT, place, score);
    }

    /** Sets the score at a place to -∞, so that the row is neither found nor counted. */
    void leaveOut(int place) {
        set(place, Float.NEGATIVE_INFINITY);
    }

    /** Leaves out the places from {@code rows} to the end of the last block. */
    void endAt(int rows) {
        for (int i = rows; i < Lanes.roundUp(rows); i++) {
            leaveOut(i);
        }
    }

    /**
     * Offers the rows with the highest scores to {@code best}.
     *
     * @param rowAt the row of each place, at index {@code first} plus the place; null if the row of a place is
     *     {@code first} plus the place
     * @return the largest score, or {@link ItemScan#LEAST} if none is larger
     */
    float select(int rows, int @Nullable [] rowAt, int first, SearchQuery query, TopRows best) {
        FloatVector max = FloatVector.broadcast(Lanes.FLOATS, ItemScan.LEAST);
        float floor = best.floor();
        for (int i = 0; i < rows; i += Lanes.COUNT) {
            FloatVector score = Lanes.load(scores, (long) i * Float.BYTES);
            max = Lanes.larger(score, max);
            long good = score.compare(VectorOperators.GE, floor).toLong();
            if (good != 0) {
                offer(good, i, rowAt, first, query, best);
                floor = best.floor();
            }
        }
        return Lanes.largest(max);
    }

    private void offer(long good, int i, int @Nullable [] rowAt, int first, SearchQuery query, TopRows best) {
        for (long left = good; left != 0; left &= left - 1) {
            int place = i + Long.numberOfTrailingZeros(left);
            float score = get(place);
            int row = rowAt == null ? first + place : rowAt[first + place];
            if (score >= best.floor() && !query.passesOver(row)) {
                best.offer(row, score);
            }
        }
    }

    /** Returns {@code Σ exp(scale · (s - max))}. */
    float sum(int rows, float scale, float max) {
        FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, scale * Lanes.LOG2_E);
        FloatVector shift = FloatVector.broadcast(Lanes.FLOATS, max).mul(factor).neg();
        FloatVector sum0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        for (long i = 0; i < (long) rows * Float.BYTES; i += Lanes.BLOCK_BYTES) {
            sum0 = Lanes.exp2(Lanes.load(scores, i).fma(factor, shift)).add(sum0);
            if (Lanes.COUNT <= 8) {
                sum1 = Lanes.exp2(Lanes.load(scores, i + Lanes.BYTES).fma(factor, shift))
                        .add(sum1);
            }
            if (Lanes.COUNT <= 4) {
                sum2 = Lanes.exp2(Lanes.load(scores, i + 2 * Lanes.BYTES).fma(factor, shift))
                        .add(sum2);
                sum3 = Lanes.exp2(Lanes.load(scores, i + 3 * Lanes.BYTES).fma(factor, shift))
                        .add(sum3);
            }
        }
        return Lanes.sum(sum0, sum1, sum2, sum3);
    }

    /** Returns {@code Σ (s - mean)²} over the scores that are not left out. */
    float squares(int rows, float mean) {
        FloatVector none = FloatVector.broadcast(Lanes.FLOATS, mean);
        FloatVector sum0 = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        for (long i = 0; i < (long) rows * Float.BYTES; i += Lanes.BLOCK_BYTES) {
            FloatVector x0 = difference(i, none);
            sum0 = x0.fma(x0, sum0);
            if (Lanes.COUNT <= 8) {
                FloatVector x1 = difference(i + Lanes.BYTES, none);
                sum1 = x1.fma(x1, sum1);
            }
            if (Lanes.COUNT <= 4) {
                FloatVector x2 = difference(i + 2 * Lanes.BYTES, none);
                sum2 = x2.fma(x2, sum2);
                FloatVector x3 = difference(i + 3 * Lanes.BYTES, none);
                sum3 = x3.fma(x3, sum3);
            }
        }
        return Lanes.sum(sum0, sum1, sum2, sum3);
    }

    /** Returns {@code s - mean}, or 0 where a score is left out. */
    private FloatVector difference(long at, FloatVector mean) {
        FloatVector score = Lanes.load(scores, at);
        return score.blend(mean, score.compare(VectorOperators.LT, ItemScan.LEAST))
                .sub(mean);
    }

    @Override
    public void close() {
        block.close();
    }
}
