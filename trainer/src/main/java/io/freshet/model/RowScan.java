package io.freshet.model;

import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Lanes;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.RowTable;
import io.freshet.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * What one thread needs to scan chunks of the item table for one query: each row is read once and multiplied with the
 * query, and while the chunk's scores are in the first cache, they are selected from and summed up.
 *
 * <p>Of a row of 64 floats, 256 bytes come from memory, for 64 multiply-adds, the sum across lanes, and a sixteenth of an
 * exponential: with 512-bit vectors about a quarter of the time in which one thread gets those bytes. So it is the
 * memory that counts, and a scan takes what reading the table takes. Owns its memory.
 */
final class RowScan implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final FloatBlock block = FloatBlock.zeros(RowTable.CHUNK_ROWS);
    private final MemorySegment scores = block.memory(); // (CHUNK_ROWS)

    /**
     * Scans a chunk.
     *
     * @param state the query, from byte {@code stateAt} on
     */
    void scan(
            RowTable items,
            int chunk,
            MemorySegment state,
            long stateAt,
            float scale,
            Question question,
            TopRows best,
            ChunkSums sums) {
        Matrix vectors = items.chunk(chunk);
        int rows = items.rowsOfChunk(chunk);
        Rows.dots(vectors.memory(), vectors.at(0), rows, state, stateAt, items.dim(), scores, 0);
        int first = chunk * RowTable.CHUNK_ROWS;
        leaveOut(items.gaps(), first, rows);
        float max = select(rows, first, question, best);
        sums.set(chunk, 0, scale * max, sum(rows, scale, max));
    }

    /** Takes back the scores of gaps, and of what fills up the last vector. */
    private void leaveOut(BitSet gaps, int first, int rows) {
        for (int gap = gaps.nextSetBit(first); gap >= 0 && gap < first + rows; gap = gaps.nextSetBit(gap + 1)) {
            scores.setAtIndex(FLOAT, gap - first, Float.NEGATIVE_INFINITY);
        }
        for (int i = rows; i < Lanes.roundUp(rows); i++) {
            scores.setAtIndex(FLOAT, i, Float.NEGATIVE_INFINITY);
        }
    }

    /** Offers the best; the largest score, or {@link ItemScan#LEAST}. */
    private float select(int rows, int first, Question question, TopRows best) {
        FloatVector max = FloatVector.broadcast(Lanes.FLOATS, ItemScan.LEAST);
        float floor = best.floor();
        for (int i = 0; i < rows; i += Lanes.COUNT) {
            FloatVector score = Lanes.load(scores, (long) i * Float.BYTES);
            max = score.max(max);
            long good = score.compare(VectorOperators.GE, floor).toLong();
            if (good != 0) {
                offer(good, i, first, question, best);
                floor = best.floor();
            }
        }
        float largest = ItemScan.LEAST;
        for (int lane = 0; lane < Lanes.COUNT; lane++) {
            largest = Math.max(largest, max.lane(lane));
        }
        return largest;
    }

    private void offer(long good, int i, int first, Question question, TopRows best) {
        for (long left = good; left != 0; left &= left - 1) {
            int place = i + Long.numberOfTrailingZeros(left);
            float score = scores.getAtIndex(FLOAT, place);
            if (score >= best.floor() && !question.passesOver(first + place)) {
                best.offer(first + place, score);
            }
        }
    }

    private float sum(int rows, float scale, float max) {
        FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, scale * Lanes.LOG2_E);
        FloatVector shift = FloatVector.broadcast(Lanes.FLOATS, max).mul(factor).neg();
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < rows; i += Lanes.COUNT) {
            FloatVector score = Lanes.load(scores, (long) i * Float.BYTES);
            sum = Lanes.exp2(score.fma(factor, shift)).add(sum);
        }
        return Lanes.sum(sum);
    }

    @Override
    public void close() {
        block.close();
    }
}
