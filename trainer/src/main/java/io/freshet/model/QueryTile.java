package io.freshet.model;

import io.freshet.encoder.EncoderShape;
import io.freshet.encoder.HistoryEncoder;
import io.freshet.encoder.SequenceBatch;
import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Lanes;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Products;
import io.freshet.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Up to {@value #QUERIES} histories and their scores of one panel of {@value #PANEL_ROWS} rows of the item table at a time, one
 * history to a lane. The scores of a panel stay in the first caches while they are counted and summed up. Owns its memory: one
 * a thread.
 */
final class QueryTile implements AutoCloseable {
    /** Histories of a tile. */
    static final int QUERIES = 128;

    /** Rows of a panel, a part of a chunk: 32 KiB of scores, so that one lane after another finds them in the first cache. */
    static final int PANEL_ROWS = 64;

    /** The score of a row that has no item: of no weight beside any other, and still a number to reckon with. */
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

    /** The rank that a count comes to which includes the target; a target whose score is no number comes last. */
    static int rankOf(int count, int candidates) {
        return count < 1 ? candidates : count;
    }

    /** Histories at hand. */
    int queries() {
        return queries;
    }

    /** Lanes in use: whole blocks of virtual lanes. */
    int lanes() {
        return Lanes.roundUp(queries);
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

    /** How many panels the table has. */
    static int panels(RowTable items) {
        return (items.rows() + PANEL_ROWS - 1) / PANEL_ROWS;
    }

    /** Scores the items of a panel of the table. */
    void score(RowTable items, int number) {
        panel = number;
        firstRow = number * PANEL_ROWS;
        rows = Math.min(PANEL_ROWS, items.rows() - firstRow);
        Matrix chunk = items.chunk(firstRow / RowTable.CHUNK_ROWS);
        products.multiply(chunk, firstRow % RowTable.CHUNK_ROWS, transposed, 0, scores, 0, rows, lanes(), d, false);
        BitSet gaps = items.gaps();
        for (int gap = gaps.nextSetBit(firstRow); has(gap); gap = gaps.nextSetBit(gap + 1)) {
            for (int lane = 0; lane < lanes(); lane++) {
                scores.set(gap - firstRow, lane, NOTHING);
            }
        }
    }

    /** Which panel is scored. */
    int panel() {
        return panel;
    }

    /** Row of the panel's first item. */
    int firstRow() {
        return firstRow;
    }

    /** Items of the panel. */
    int rows() {
        return rows;
    }

    /** Whether an item is in the panel. */
    boolean has(int row) {
        return row >= firstRow && row < firstRow + rows;
    }

    /** A history's score of an item of the panel. */
    float score(int query, int row) {
        return scores.get(row - firstRow, query);
    }

    /** The panel's scores (rows, QUERIES). */
    Matrix scores() {
        return scores;
    }

    /**
     * Begins to count among the table's first items.
     *
     * @param among how many of them are candidates, the first history's at {@code first}
     */
    void beginCounts(int[] among, int first) {
        candidates = among;
        firstHistory = first;
        leastCandidates = Integer.MAX_VALUE;
        for (int i = 0; i < queries; i++) {
            leastCandidates = Math.min(leastCandidates, among[first + i]);
        }
        counts.fill((byte) 0);
    }

    /** Counts for each history how many of the panel's candidates have at least the target's score. */
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

    /** Of a history, what {@link #count} has counted. */
    int counted(int query) {
        return counts.getAtIndex(INT, query);
    }

    /** How many of the panel's items are candidates of a history. */
    int end(int query) {
        return Math.clamp(candidates[firstHistory + query] - firstRow, 0, rows);
    }

    /**
     * Subtracts the rows that are left out from the counts that they are in.
     *
     * @param masked the rows that are left out, a target never among them
     */
    void subtract(PanelRows masked) {
        for (int place = masked.start(panel); place < masked.start(panel + 1); place++) {
            int query = masked.query(place);
            int row = masked.row(place);
            boolean counted = row - firstRow < end(query) && score(query, row) >= targetScore(query);
            counts.setAtIndex(INT, query, counted(query) - (counted ? 1 : 0));
        }
    }

    /** How many of the panel's first items are candidates of every history. */
    int openRows() {
        return Math.clamp(leastCandidates - firstRow, 0, rows);
    }

    /** Adds how many of the first {@code open} scores of each lane are at least its target's. */
    private void count(int open, long lane) {
        var threshold = Lanes.load(targetScores.memory(), targetScores.at(0) + lane);
        IntVector zero = IntVector.zero(Lanes.INTS);
        IntVector count = IntVector.fromMemorySegment(Lanes.INTS, counts, lane, ByteOrder.nativeOrder());
        long at = scores.at(0) + lane;
        for (int row = 0; row < open; row++) {
            var here = Lanes.load(scores.memory(), at + (long) row * QUERIES * Float.BYTES);
            // A vector that a loop carries must not be the receiver of a call: C2 may make an object of it.
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
