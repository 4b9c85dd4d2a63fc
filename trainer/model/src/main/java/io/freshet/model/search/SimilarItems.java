package io.freshet.model.search;

import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Finds the items whose vectors have the smallest angles to the vector of a given item, in one pass over the item table.
 * Exact except for float32 rounding. The network uses an item's vector both for the item as an input and for the item as a
 * candidate for the next click, so that items with a small angle between them can replace each other.
 *
 * <p>Owns its scratch memory; not thread-safe.
 */
public final class SimilarItems implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final FloatBlock block = FloatBlock.zeros(RowTable.CHUNK_ROWS);
    private final MemorySegment products = block.memory(); // (CHUNK_ROWS)
    private final TopRows best = new TopRows();

    /**
     * Finds the items most similar to a given one, best first; of equally similar items, the lower row comes first. The
     * item itself and items whose vector is zero are left out.
     *
     * @param row row of the given item
     * @param filter decides which rows may be in the answer
     * @param k number of items wanted
     * @param rows (k) receives the rows
     * @param cosines (k) receives the cosines of the angles, from -1 to 1
     * @return the number of items found
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
        Rows.dotsOfAdjacent(vectors, count, items.memory(row), items.at(row), products, 0);
        int first = chunk * RowTable.CHUNK_ROWS;
        for (int i = 0; i < count; i++) {
            double otherLength = length(items, first + i);
            // Rounded to float before the comparison, because the floor is a float.
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
