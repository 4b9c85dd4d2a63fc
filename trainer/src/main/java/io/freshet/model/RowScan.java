package io.freshet.model;

import io.freshet.tensor.Matrix;
import io.freshet.tensor.RowTable;
import io.freshet.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/**
 * What one thread needs to scan chunks of the item table for one query: each row is read once and multiplied with the
 * query, and while the chunk's scores are in the first cache, they are selected from and summed up.
 *
 * <p>Of a row of 64 floats, 256 bytes come from memory, for 64 multiply-adds, the sum across lanes, and a sixteenth of an
 * exponential: with 512-bit vectors about a quarter of the time in which one thread gets those bytes. So it is the
 * memory that counts, and a scan takes what reading the table takes. Owns its memory.
 */
final class RowScan implements AutoCloseable {
    private final ScoreLine scores = new ScoreLine(RowTable.CHUNK_ROWS);

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
        Rows.dots(vectors.memory(), vectors.at(0), rows, state, stateAt, items.dim(), scores.memory(), 0);
        int first = chunk * RowTable.CHUNK_ROWS;
        leaveOut(items.gaps(), first, rows);
        float max = scores.select(rows, null, first, question, best);
        sums.set(chunk, 0, scale * max, scores.sum(rows, scale, max));
    }

    /** Takes back the scores of gaps, and of what fills up the last vector. */
    private void leaveOut(BitSet gaps, int first, int rows) {
        for (int gap = gaps.nextSetBit(first); gap >= 0 && gap < first + rows; gap = gaps.nextSetBit(gap + 1)) {
            scores.leaveOut(gap - first);
        }
        scores.endAt(rows);
    }

    @Override
    public void close() {
        scores.close();
    }
}
