package io.freshet.model;

import io.freshet.encoder.HistoryEncoder;
import io.freshet.encoder.SequenceBatch;
import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Lanes;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Products;
import io.freshet.tensor.RowTable;
import io.freshet.tensor.VectorProducts;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Up to {@value #QUERIES} histories and their scores of one chunk of the item table at a time, one history to a lane. Owns
 * its memory: one a thread.
 */
final class QueryTile implements AutoCloseable {
    /** Histories of a tile. */
    static final int QUERIES = 128;

    /** The score of a row that has no item: of no weight beside any other, and still a number to reckon with. */
    static final float NOTHING = -1e9f;

    private static final int TOKENS = 1024;
    private static final int WIDE = 4 * Lanes.COUNT;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private final int d;
    /** Our own on any CPU: OpenBLAS gives a row other bits alone than among others, and a target is scored alone first. */
    private final Products products = new VectorProducts();

    private final HistoryEncoder encoder;
    private final FloatBlock block;
    private final Matrix transposed; // (d, QUERIES)
    private final Matrix targetScores; // (1, QUERIES)
    private final Matrix scores; // (CHUNK_ROWS, QUERIES)
    private final FloatBlock countBlock = FloatBlock.zeros(QUERIES);
    private final MemorySegment counts = countBlock.memory(); // (QUERIES) int32
    private int queries;
    private int firstRow;
    private int rows;

    QueryTile(ModelConfig config) {
        this.d = config.encoder().dim();
        this.encoder = new HistoryEncoder(
                config.encoder(),
                Products.forThisCpu(),
                Math.max(TOKENS, config.encoder().maxLength()));
        this.block = FloatBlock.zeros((long) QUERIES * d + QUERIES + (long) RowTable.CHUNK_ROWS * QUERIES);
        this.transposed = Matrix.over(block.memory(), 0, QUERIES);
        this.targetScores = Matrix.over(block.memory(), (long) QUERIES * d, QUERIES);
        this.scores = Matrix.over(block.memory(), (long) QUERIES * d + QUERIES, QUERIES);
    }

    /** Where to cut histories so that each part fits into a tile: the sequence after each part's last. */
    static List<Integer> cut(SequenceBatch histories) {
        List<Integer> ends = new ArrayList<>();
        for (int end = QUERIES; end < histories.sequences(); end += QUERIES) {
            ends.add(end);
        }
        if (histories.sequences() > 0) {
            ends.add(histories.sequences());
        }
        return ends;
    }

    /** Takes up the histories from {@code first} to before {@code last}, by the model as it stands. */
    void encode(RecommenderModel model, SequenceBatch histories, int first, int last) {
        queries = last - first;
        int begin = first;
        for (int end = first + 1; end <= last; end++) {
            if (end == last || histories.start(end + 1) - histories.start(begin) > encoder.capacity()) {
                Matrix states = encoder.encode(histories, begin, end, model.items(), model.dense());
                for (int i = begin; i < end; i++) {
                    for (int c = 0; c < d; c++) {
                        transposed.set(c, i - first, states.get(i - begin, c));
                    }
                }
                begin = end;
            }
        }
        for (int lane = queries; lane < lanes(); lane++) {
            for (int c = 0; c < d; c++) {
                transposed.set(c, lane, 0f);
            }
        }
    }

    /** The rank that a count comes to which includes the target; a target whose score is no number comes last. */
    static int rankOf(int count, int candidates) {
        return count < 1 ? candidates : count;
    }

    /** Histories at hand. */
    int queries() {
        return queries;
    }

    /** Lanes in use: whole vectors, and for more than two of them what the widest product takes at once. */
    int lanes() {
        return queries <= 2 * Lanes.COUNT ? Lanes.roundUp(queries) : (queries + WIDE - 1) / WIDE * WIDE;
    }

    /**
     * Scores a target for each history, by the same product as everyone's, so that an equal score is equal to the bit.
     *
     * @param targets their rows, the first history's at {@code first}
     */
    void scoreTargets(RowTable items, int[] targets, int first) {
        for (int i = 0; i < queries; i++) {
            int row = targets[first + i];
            Matrix chunk = items.chunk(row / RowTable.CHUNK_ROWS);
            products.multiply(chunk, row % RowTable.CHUNK_ROWS, transposed, 0, scores, 0, 1, lanes(), d, false);
            targetScores.set(0, i, scores.get(0, i));
        }
    }

    float targetScore(int query) {
        return targetScores.get(0, query);
    }

    /** Scores the items of a chunk of the table. */
    void score(RowTable items, int chunk) {
        firstRow = chunk * RowTable.CHUNK_ROWS;
        rows = items.rowsOfChunk(chunk);
        products.multiply(items.chunk(chunk), 0, transposed, 0, scores, 0, rows, lanes(), d, false);
        BitSet gaps = items.gaps();
        for (int gap = gaps.nextSetBit(firstRow); has(gap); gap = gaps.nextSetBit(gap + 1)) {
            for (int lane = 0; lane < lanes(); lane++) {
                scores.set(gap - firstRow, lane, NOTHING);
            }
        }
    }

    /** Row of the chunk's first item. */
    int firstRow() {
        return firstRow;
    }

    /** Items of the chunk. */
    int rows() {
        return rows;
    }

    /** Whether an item is in the chunk. */
    boolean has(int row) {
        return row >= firstRow && row < firstRow + rows;
    }

    /** A history's score of an item of the chunk. */
    float score(int query, int row) {
        return scores.get(row - firstRow, query);
    }

    /** The chunk's scores (rows, QUERIES). */
    Matrix scores() {
        return scores;
    }

    /**
     * Counts for each history how many of the chunk's first items have at least the target's score.
     *
     * @param candidates of how many items, counted from the whole table's first, the first history's at {@code first}
     * @param to where the counts are added, the first history's at {@code first}
     */
    void addCounts(int[] candidates, int first, int[] to) {
        int open = openRows(candidates, first);
        counts.fill((byte) 0);
        for (int lane = 0; lane < lanes(); lane += Lanes.COUNT) {
            count(open, (long) lane * Float.BYTES);
        }
        for (int i = 0; i < queries; i++) {
            int count = counts.getAtIndex(INT, i);
            float threshold = targetScore(i);
            int end = Math.min(rows, candidates[first + i] - firstRow);
            for (int row = open; row < end; row++) {
                count += scores.get(row, i) >= threshold ? 1 : 0;
            }
            to[first + i] += count;
        }
    }

    /**
     * Takes back what rows that are left out have counted; a target is never left out.
     *
     * @param masked for each history, the first one's at {@code first}, each row at most once
     */
    void subtract(int[][] masked, int[] targets, int first, int[] from) {
        for (int i = 0; i < queries; i++) {
            for (int row : masked[first + i]) {
                boolean counted = has(row) && row != targets[first + i] && score(i, row) >= targetScore(i);
                from[first + i] -= counted ? 1 : 0;
            }
        }
    }

    /** How many of the chunk's first items are candidates of every history. */
    int openRows(int[] candidates, int first) {
        int open = rows;
        for (int i = 0; i < queries; i++) {
            open = Math.min(open, Math.max(0, candidates[first + i] - firstRow));
        }
        return open;
    }

    /** How many of the first {@code open} scores of each lane are at least its target's. */
    private void count(int open, long lane) {
        var threshold = Lanes.load(targetScores.memory(), targetScores.at(0) + lane);
        IntVector count = IntVector.zero(Lanes.INTS);
        long at = scores.at(0) + lane;
        for (int row = 0; row < open; row++) {
            var here = Lanes.load(scores.memory(), at + (long) row * QUERIES * Float.BYTES);
            count = count.add(1, here.compare(VectorOperators.GE, threshold).cast(Lanes.INTS));
        }
        count.intoMemorySegment(counts, lane, ByteOrder.nativeOrder());
    }

    @Override
    public void close() {
        encoder.close();
        block.close();
        countBlock.close();
    }
}
