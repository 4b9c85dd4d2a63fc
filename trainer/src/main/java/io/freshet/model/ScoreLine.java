package io.freshet.model;

import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Lanes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import org.jspecify.annotations.Nullable;

/** The scores of some rows for one query, while they are in the first cache: selected from, and summed up. Owns its memory. */
final class ScoreLine implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final FloatBlock block;
    private final MemorySegment scores; // (capacity)

    /** @param capacity the most rows, a multiple of the lanes */
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

    /** Has a row neither found nor counted. */
    void leaveOut(int place) {
        set(place, Float.NEGATIVE_INFINITY);
    }

    /** Leaves out what fills up the last vector. */
    void endAt(int rows) {
        for (int i = rows; i < Lanes.roundUp(rows); i++) {
            leaveOut(i);
        }
    }

    /**
     * Offers the best.
     *
     * @param rowAt the row at each place from {@code first} on; null where they are rows {@code first} and following
     * @return the largest score, or {@link ItemScan#LEAST}
     */
    float select(int rows, int @Nullable [] rowAt, int first, Question question, TopRows best) {
        FloatVector max = FloatVector.broadcast(Lanes.FLOATS, ItemScan.LEAST);
        float floor = best.floor();
        for (int i = 0; i < rows; i += Lanes.COUNT) {
            FloatVector score = Lanes.load(scores, (long) i * Float.BYTES);
            max = score.max(max);
            long good = score.compare(VectorOperators.GE, floor).toLong();
            if (good != 0) {
                offer(good, i, rowAt, first, question, best);
                floor = best.floor();
            }
        }
        return largest(max);
    }

    private static float largest(FloatVector max) {
        float largest = ItemScan.LEAST;
        for (int lane = 0; lane < Lanes.COUNT; lane++) {
            largest = Math.max(largest, max.lane(lane));
        }
        return largest;
    }

    private void offer(long good, int i, int @Nullable [] rowAt, int first, Question question, TopRows best) {
        for (long left = good; left != 0; left &= left - 1) {
            int place = i + Long.numberOfTrailingZeros(left);
            float score = get(place);
            int row = rowAt == null ? first + place : rowAt[first + place];
            if (score >= best.floor() && !question.passesOver(row)) {
                best.offer(row, score);
            }
        }
    }

    /** {@code Σ exp(scale · (s - max))}. */
    float sum(int rows, float scale, float max) {
        FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, scale * Lanes.LOG2_E);
        FloatVector shift = FloatVector.broadcast(Lanes.FLOATS, max).mul(factor).neg();
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < rows; i += Lanes.COUNT) {
            FloatVector score = Lanes.load(scores, (long) i * Float.BYTES);
            sum = Lanes.exp2(score.fma(factor, shift)).add(sum);
        }
        return Lanes.sum(sum);
    }

    /** {@code Σ (s - mean)²} of what is not left out. */
    float squares(int rows, float mean) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        FloatVector none = FloatVector.broadcast(Lanes.FLOATS, mean);
        for (int i = 0; i < rows; i += Lanes.COUNT) {
            FloatVector score = Lanes.load(scores, (long) i * Float.BYTES);
            FloatVector difference = score.blend(none, score.compare(VectorOperators.LT, ItemScan.LEAST))
                    .sub(mean);
            sum = difference.fma(difference, sum);
        }
        return Lanes.sum(sum);
    }

    @Override
    public void close() {
        block.close();
    }
}
