package io.freshet.training.ranking;

import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.recommender.RecommenderModel;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Up to {@value #QUERIES} encoded histories, and their scores of one panel of {@value #PANEL_ROWS} rows of the item table
 * at a time, one history per lane. The scores of a panel stay in the L1 and L2 caches while they are counted and summed.
 * Owns its memory; an instance is used by one thread.
 */
final class QueryTile implements AutoCloseable {
    /** Maximum number of histories in a tile. */
    static final int QUERIES = 128;

    /**
     * Rows of a panel, which is a part of a chunk: 32 KiB of scores, so that every lane's pass finds them in the L1 cache.
     */
    static final int PANEL_ROWS = 64;

    /**
     * Score of a row that has no item: negligible beside any other score, but finite, so that arithmetic with it is safe.
     */
    static final float NOTHING = -1e9f;

    private static final int PLACES = 1024;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

    private final int d;
    private final Products products = Products.forThisCpu();

    private final HistoryEncoder encoder;
    private final FloatBlock block;
    private final Matrix transposed; // (d, QUERIES)
    private final Matrix targetScores; // (1, QUERIES)
    private final Matrix scores; // (PANEL_ROWS, QUERIES)
    private final FloatBlock countBlock = FloatBlock.zeros(QUERIES);
    private final MemorySegment counts = countBlock.memory(); // (QUERIES) int32
    private final int[] subtracted = new int[QUERIES]; // (QUERIES)
    private int queries;
    private int panel;
    private int firstRow;
    private int rows;
    private int[] candidates = {}; // (histories)
    private int firstHistory;
    private int leastCandidates;

    QueryTile(ModelConfig config) {
        this.d = config.encoder().dim();
        EncoderShape shape = config.encoder();
        this.encoder = shape.serving(products, Math.max(PLACES, shape.places(shape.maxLength())));
        this.block = FloatBlock.zeros((long) QUERIES * d + QUERIES + (long) PANEL_ROWS * QUERIES);
        this.transposed = Matrix.over(block.memory(), 0, d, QUERIES);
        this.targetScores = Matrix.over(block.memory(), (long) QUERIES * d, QUERIES);
        this.scores = Matrix.over(block.memory(), (long) QUERIES * d + QUERIES, QUERIES);
    }

    /**
     * Returns where to split histories so that each part fits into a tile: the index after the last sequence of each part.
     */
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

    /**
     * Encodes the histories from {@code first} (inclusive) to {@code last} (exclusive) with the model's current weights.
     */
    void encode(RecommenderModel model, SequenceBatch histories, int first, int last) {
        queries = last - first;
        int begin = first;
        for (int end = first + 1; end <= last; end++) {
            if (end == last || histories.places(begin, end + 1) > encoder.capacity()) {
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

    /**
     * Returns the rank for a count that includes the target. If the target's score is NaN the count may be 0, and the
     * target ranks last.
     */
    static int rankOf(int count, int candidates) {
        return count < 1 ? candidates : count;
    }

    /** Returns the number of histories in the tile. */
    int queries() {
        return queries;
    }

    /** Returns the number of lanes in use: whole blocks of virtual lanes. */
    int lanes() {
        return Lanes.roundUp(queries);
    }

    /**
     * Scores a target for each history, with the same product as all other rows, so that equal scores are equal to the bit.
     *
     * @param targets rows of the targets; the first history's is at {@code first}
     */
    void scoreTargets(RowTable items, int[] targets, int first) {
        Matrix histories = transposed.columns(0, lanes());
        Matrix score = scores.rows(0, 1).columns(0, lanes());
        for (int i = 0; i < queries; i++) {
            int row = targets[first + i];
            Matrix target = items.chunk(row / RowTable.CHUNK_ROWS).rows(row % RowTable.CHUNK_ROWS, 1);
            products.multiply(target, histories, score, false);
            targetScores.set(0, i, scores.get(0, i));
        }
    }

    float targetScore(int query) {
        return targetScores.get(0, query);
    }

    /** Returns the number of panels of the table. */
    static int panels(RowTable items) {
        return (items.rows() + PANEL_ROWS - 1) / PANEL_ROWS;
    }

    /** Scores a panel of the table. */
    void score(RowTable items, int number) {
        panel = number;
        firstRow = number * PANEL_ROWS;
        rows = Math.min(PANEL_ROWS, items.rows() - firstRow);
        Matrix vectors = items.chunk(firstRow / RowTable.CHUNK_ROWS).rows(firstRow % RowTable.CHUNK_ROWS, rows);
        products.multiply(
                vectors, transposed.columns(0, lanes()), scores.rows(0, rows).columns(0, lanes()), false);
        BitSet gaps = items.gaps();
        for (int gap = gaps.nextSetBit(firstRow); has(gap); gap = gaps.nextSetBit(gap + 1)) {
            for (int lane = 0; lane < lanes(); lane++) {
                scores.set(gap - firstRow, lane, NOTHING);
            }
        }
    }

    /** Returns the panel that was scored last. */
    int panel() {
        return panel;
    }

    /** Returns the first row of the panel. */
    int firstRow() {
        return firstRow;
    }

    /** Returns the number of rows in the panel. */
    int rows() {
        return rows;
    }

    /** Returns whether a row is in the panel. */
    boolean has(int row) {
        return row >= firstRow && row < firstRow + rows;
    }

    /** Returns a history's score of a row of the panel. */
    float score(int query, int row) {
        return scores.get(row - firstRow, query);
    }

    /** Returns the panel's scores (rows, QUERIES). */
    Matrix scores() {
        return scores;
    }

    /**
     * Starts counting among the first rows of the table.
     *
     * @param among number of candidates of each history; the first history's is at {@code first}
     */
    void beginCounts(int[] among, int first) {
        candidates = among;
        firstHistory = first;
        leastCandidates = Integer.MAX_VALUE;
        for (int i = 0; i < queries; i++) {
            leastCandidates = Math.min(leastCandidates, among[first + i]);
        }
        counts.fill((byte) 0);
        Arrays.fill(subtracted, 0);
    }

    /** Counts, for each history, the panel's candidates that score at least as high as the target. */
    void count() {
        int open = openRows();
        for (int lane = 0; lane < lanes(); lane += Lanes.COUNT) {
            count(open, (long) lane * Float.BYTES);
        }
        for (int i = 0; open < rows && i < queries; i++) {
            int count = 0;
            float threshold = targetScore(i);
            int end = end(i);
            for (int row = open; row < end; row++) {
                count += scores.get(row, i) >= threshold ? 1 : 0;
            }
            counts.setAtIndex(INT, i, counts.getAtIndex(INT, i) + count);
        }
    }

    /** Returns the count of a history over all panels counted so far. */
    int counted(int query) {
        return counts.getAtIndex(INT, query);
    }

    /** Returns how many of the panel's rows are candidates of a history. */
    int end(int query) {
        return Math.clamp(candidates[firstHistory + query] - firstRow, 0, rows);
    }

    /**
     * Subtracts rows that are left out of the ranking from the counts that include them.
     *
     * @param masked rows that are left out; must not contain a target
     */
    void subtract(PanelRows masked) {
        for (int place = masked.start(panel); place < masked.start(panel + 1); place++) {
            int query = masked.query(place);
            int row = masked.row(place);
            boolean counted = row - firstRow < end(query) && score(query, row) >= targetScore(query);
            counts.setAtIndex(INT, query, counted(query) - (counted ? 1 : 0));
            subtracted[query] += counted ? 1 : 0;
        }
    }

    /** Returns how many rows were subtracted from the count of a history. */
    int subtracted(int query) {
        return subtracted[query];
    }

    /** Returns how many of the panel's first rows are candidates of every history. */
    int openRows() {
        return Math.clamp(leastCandidates - firstRow, 0, rows);
    }

    /** Adds, to the count of each lane, how many of its first {@code open} scores are at least its target's. */
    private void count(int open, long lane) {
        var threshold = Lanes.load(targetScores.memory(), targetScores.at(0) + lane);
        IntVector zero = IntVector.zero(Lanes.INTS);
        IntVector count = IntVector.fromMemorySegment(Lanes.INTS, counts, lane, ByteOrder.nativeOrder());
        long at = scores.at(0) + lane;
        for (int row = 0; row < open; row++) {
            var here = Lanes.load(scores.memory(), at + (long) row * QUERIES * Float.BYTES);
            // A loop-carried vector must not be the receiver of a call: C2 may allocate it as an object.
            count = zero.blend(1, here.compare(VectorOperators.GE, threshold).cast(Lanes.INTS))
                    .add(count);
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
