package io.freshet.training.ranking;

import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Collects, for each history of a tile, the rows whose score may reach a threshold that is not known yet. A floor below the
 * threshold is known, and rises as more of the table is scored. Rows with at least that score are kept with their scores,
 * so that they need not be scored again once the threshold is known. Owns its memory; an instance is used by one thread.
 */
final class PendingRows implements AutoCloseable {
    private static final int QUERIES = QueryTile.QUERIES;
    private static final int FIRST_CAPACITY = 64;

    private final FloatBlock block = FloatBlock.zeros(QUERIES);
    private final Matrix floors = Matrix.over(block.memory(), 0, QUERIES); // (1, QUERIES)
    private final int[][] rows = new int[QUERIES][FIRST_CAPACITY];
    private final float[][] scores = new float[QUERIES][FIRST_CAPACITY];
    private final int[] sizes = new int[QUERIES];

    /** Removes all rows and sets all floors to infinity, so that no row is collected. */
    void clear() {
        Arrays.fill(sizes, 0);
        for (int query = 0; query < QUERIES; query++) {
            floors.set(0, query, Float.POSITIVE_INFINITY);
        }
    }

    /** Sets the floor of a history. A floor must never fall. */
    void raise(int query, float floor) {
        floors.set(0, query, floor);
    }

    /** Adds the rows of the tile's panel that score at least their history's floor. */
    void collect(QueryTile tile) {
        for (int lane = 0; lane < tile.lanes(); lane += Lanes.COUNT) {
            FloatVector floor = Lanes.load(floors.memory(), floors.at(0) + (long) lane * Float.BYTES);
            if (floor.compare(VectorOperators.LT, Float.POSITIVE_INFINITY).anyTrue()) {
                collectLanes(tile, floor, lane);
            }
        }
    }

    private void collectLanes(QueryTile tile, FloatVector floor, int lane) {
        Matrix t = tile.scores();
        long at = t.at(0) + (long) lane * Float.BYTES;
        for (int row = 0; row < tile.rows(); row++) {
            FloatVector here = Lanes.load(t.memory(), at + row * t.strideBytes());
            long good = here.compare(VectorOperators.GE, floor).toLong();
            if (good != 0) {
                take(good, tile, row, lane);
            }
        }
    }

    private void take(long good, QueryTile tile, int row, int lane) {
        for (long left = good; left != 0; left &= left - 1) {
            int query = lane + Long.numberOfTrailingZeros(left);
            if (query < tile.queries() && row < tile.end(query)) {
                add(query, tile.firstRow() + row, tile.score(query, tile.firstRow() + row));
            }
        }
    }

    private void add(int query, int row, float score) {
        if (sizes[query] == rows[query].length) {
            dropFallen(query);
        }
        rows[query][sizes[query]] = row;
        scores[query][sizes[query]++] = score;
    }

    /** Drops the rows that the floor has risen above, and doubles the capacity if more than half of the rows remain. */
    private void dropFallen(int query) {
        int kept = 0;
        for (int i = 0; i < sizes[query]; i++) {
            if (scores[query][i] >= floors.get(0, query)) {
                rows[query][kept] = rows[query][i];
                scores[query][kept++] = scores[query][i];
            }
        }
        sizes[query] = kept;
        if (kept > rows[query].length / 2) {
            rows[query] = Arrays.copyOf(rows[query], 2 * rows[query].length);
            scores[query] = Arrays.copyOf(scores[query], rows[query].length);
        }
    }

    /**
     * Returns how many of a history's rows have at least the score {@code threshold}, which must not be below its floor.
     *
     * @param leftOut rows that are not counted, except for the target
     */
    int count(int query, float threshold, int target, int[] leftOut) {
        int count = 0;
        for (int i = 0; i < sizes[query]; i++) {
            int row = rows[query][i];
            boolean counts = scores[query][i] >= threshold && (row == target || !contains(leftOut, row));
            count += counts ? 1 : 0;
        }
        return count;
    }

    static boolean contains(int[] rows, int row) {
        for (int other : rows) {
            if (other == row) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        block.close();
    }
}
