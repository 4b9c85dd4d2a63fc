package io.freshet.model;

import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.RowTable;
import io.freshet.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Finds the items whose vectors point most nearly where another item's does, by one pass over the item table; exactly, but
 * for the rounding of float32. An item's vector is what the network takes it for, both as a thing that was clicked and as
 * one that may be next, so that items with a small angle between them stand for each other.
 *
 * <p>Owns its scratch; not thread-safe.
 */
public final class SimilarItems implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final FloatBlock block = FloatBlock.zeros(RowTable.CHUNK_ROWS);
    private final MemorySegment products = block.memory(); // (CHUNK_ROWS)
    private final TopRows best = new TopRows();

    /**
     * The items most similar to one, best first; of equal ones the lower row. The item itself is not among them, nor is one
     * without a direction.
     *
     * @param row the item's
     * @param filter says which rows may be answered
     * @param k how many are wanted
     * @param rows receives the rows (k)
     * @param cosines receives the cosines of the angles, from -1 to 1 (k)
     * @return how many there are
     */
    public int topK(RecommenderModel model, int row, RowFilter filter, int k, int[] rows, float[] cosines) {
        RowTable items = model.items();
        best.clear(k);
        double length = length(items, row);
        if (length > 0) {
            for (int chunk = 0; chunk < items.chunkCount(); chunk++) {
                scan(items, chunk, row, length, filter);
            }
        }
        int found = best.size();
        for (int place = found - 1; place >= 0; place--) {
            rows[place] = best.worstRow();
            cosines[place] = (float) best.worstScore();
            best.removeWorst();
        }
        return found;
    }

    private void scan(RowTable items, int chunk, int row, double length, RowFilter filter) {
        Matrix vectors = items.chunk(chunk);
        int count = items.rowsOfChunk(chunk);
        Rows.dots(vectors.memory(), vectors.at(0), count, items.memory(row), items.at(row), items.dim(), products, 0);
        int first = chunk * RowTable.CHUNK_ROWS;
        for (int i = 0; i < count; i++) {
            double otherLength = length(items, first + i);
            // Rounded before it is compared: the least that is good enough is told as a float.
            float cosine = (float) Math.clamp(products.getAtIndex(FLOAT, i) / (length * otherLength), -1.0, 1.0);
            if (cosine >= best.floor() && first + i != row && otherLength > 0 && filter.passes(first + i)) {
                best.offer(first + i, cosine);
            }
        }
    }

    private static double length(RowTable items, int row) {
        MemorySegment memory = items.memory(row);
        return Math.sqrt(Rows.dot(memory, items.at(row), memory, items.at(row), items.dim()));
    }

    @Override
    public void close() {
        block.close();
    }
}
