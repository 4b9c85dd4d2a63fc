package io.freshet.model.search;

import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Rows;
import java.util.BitSet;

/**
 * Scans chunks of the item table for one query. Each row is read once and multiplied with the query. While the chunk's
 * scores are in the L1 cache, the best are selected and the exponentials are summed.
 *
 * <p>For a row of 64 floats, 256 bytes are read from memory, for 64 multiply-adds, the sum across lanes, and a sixteenth of
 * a vector exponential: with 512-bit vectors about a quarter of the time in which one thread reads those bytes. The scan is
 * therefore bound by memory, and takes as long as reading the table. Owns its memory; an instance is used by one thread.
 */
final class RowScan implements AutoCloseable {
    private final ScoreLine scores = new ScoreLine(RowTable.CHUNK_ROWS);

    /** Scans a chunk for a batch of one query. */
    void scan(RowTable items, int chunk, QueryBatch batch, TopRows best, ChunkSums sums) {
        Matrix state = batch.states();
        int rows = items.rowsOfChunk(chunk);
        Rows.dotsOfAdjacent(items.chunk(chunk), rows, state.memory(), state.at(0), scores.memory(), 0);
        int first = chunk * RowTable.CHUNK_ROWS;
        leaveOut(items.gaps(), first, rows);
        float max = scores.select(rows, null, first, batch.queries().getFirst(), best);
        sums.set(chunk, 0, batch.scale() * max, scores.sum(rows, batch.scale(), max));
    }

    /** Sets the scores of gaps, and of the padding of the last vector, to -∞. */
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
