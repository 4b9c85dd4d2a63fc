package io.freshet.model.search;

import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Scans chunks of the item table for up to {@value ItemScan#QUERIES} queries at once, one query per lane. {@value
 * #PANEL_ROWS} rows at a time are multiplied with all queries. While their scores are in the L1 and L2 caches, the best are
 * selected and the exponentials are summed. The sums run over panels with a running maximum, and are scaled down when the
 * maximum grows (Milakov and Gimelshein, "Online normalizer calculation for softmax", arXiv 1805.02867).
 *
 * <p>For a row of 64 floats and 64 queries, 256 bytes are read from memory, for 4,096 multiply-adds and 64 exponentials,
 * each of which takes as long as 16 multiply-adds. The scan is therefore bound by arithmetic. Owns its memory; an instance
 * is used by one thread.
 */
final class ProductScan implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final int QUERIES = ItemScan.QUERIES;
    private static final int PANEL_ROWS = 96; // a multiple of the six rows in a tile of the products
    private static final long ROW_BYTES = (long) QUERIES * Float.BYTES;

    private final Products products;
    private final FloatBlock block = FloatBlock.zeros((long) (PANEL_ROWS + 2) * QUERIES);
    private final MemorySegment memory = block.memory();
    private final Matrix scores = Matrix.over(memory, 0, QUERIES); // (PANEL_ROWS, QUERIES)
    private final Matrix maxima = Matrix.over(memory, (long) PANEL_ROWS * QUERIES, QUERIES); // (1, QUERIES)
    private final Matrix sums = Matrix.over(memory, (long) (PANEL_ROWS + 1) * QUERIES, QUERIES); // (1, QUERIES)
    private final float[] floors = new float[QUERIES]; // minimum scores of the best rows

    ProductScan(Products products) {
        this.products = products;
    }

    /**
     * Scans a chunk.
     *
     * @param transposed (d, QUERIES) the states as columns; zero in unused columns
     * @param best (queries) receives the best rows
     */
    void scan(RowTable items, int chunk, QueryBatch batch, Matrix transposed, TopRows[] best, ChunkSums chunkSums) {
        int queries = batch.size();
        float scale = batch.scale();
        begin(queries, best);
        int rows = items.rowsOfChunk(chunk);
        int lanes = Lanes.roundUp(queries);
        for (int row = 0; row < rows; row += PANEL_ROWS) {
            int count = Math.min(PANEL_ROWS, rows - row);
            Matrix panel = items.chunk(chunk).rows(row, count);
            products.multiply(
                    panel, transposed.columns(0, lanes), scores.rows(0, count).columns(0, lanes), false);
            int first = chunk * RowTable.CHUNK_ROWS + row;
            leaveOut(items.gaps(), first, count);
            for (int lane = 0; lane < lanes; lane += Lanes.COUNT) {
                if (raise(count, scale, lane)) {
                    select(count, first, lane, batch.queries(), best);
                }
                sumUp(count, scale, lane);
            }
        }
        for (int query = 0; query < queries; query++) {
            chunkSums.set(chunk, query, scale * maxima.get(0, query), sums.get(0, query));
        }
    }

    private void begin(int queries, TopRows[] best) {
        Arrays.fill(floors, Float.POSITIVE_INFINITY);
        for (int query = 0; query < queries; query++) {
            floors[query] = best[query].floor();
        }
        for (int query = 0; query < QUERIES; query++) {
            maxima.set(0, query, ItemScan.LEAST);
            sums.set(0, query, 0f);
        }
    }

    /** Sets the scores of gaps to -∞, so that they are neither selected nor summed. */
    private void leaveOut(BitSet gaps, int first, int rows) {
        for (int gap = gaps.nextSetBit(first); gap >= 0 && gap < first + rows; gap = gaps.nextSetBit(gap + 1)) {
            for (int query = 0; query < QUERIES; query++) {
                scores.set(gap - first, query, Float.NEGATIVE_INFINITY);
            }
        }
    }

    /**
     * Raises the maxima of a vector of queries to those of the panel, and scales their sums accordingly. Returns whether
     * some score may be among the best of its query.
     */
    private boolean raise(int rows, float scale, int lane) {
        long at = (long) lane * Float.BYTES;
        FloatVector before = Lanes.load(memory, maxima.at(0) + at);
        FloatVector max = FloatVector.broadcast(Lanes.FLOATS, ItemScan.LEAST);
        for (int row = 0; row < rows; row++) {
            max = Lanes.larger(Lanes.load(memory, at + row * ROW_BYTES), max);
        }
        FloatVector floor = FloatVector.fromArray(Lanes.FLOATS, floors, lane);
        boolean good = max.compare(VectorOperators.GE, floor).anyTrue();
        max = before.max(max);
        FloatVector shrink = Lanes.exp2(before.sub(max).mul(scale * Lanes.LOG2_E));
        Lanes.store(Lanes.load(memory, sums.at(0) + at).mul(shrink), memory, sums.at(0) + at);
        Lanes.store(max, memory, maxima.at(0) + at);
        return good;
    }

    /** Adds the panel's exponentials to the sums of a vector of queries. */
    private void sumUp(int rows, float scale, int lane) {
        long at = (long) lane * Float.BYTES;
        FloatVector factor = FloatVector.broadcast(Lanes.FLOATS, scale * Lanes.LOG2_E);
        FloatVector shift = Lanes.load(memory, maxima.at(0) + at).mul(factor).neg();
        FloatVector sum = Lanes.load(memory, sums.at(0) + at);
        for (int row = 0; row < rows; row++) {
            FloatVector score = Lanes.load(memory, at + row * ROW_BYTES);
            sum = Lanes.exp2(score.fma(factor, shift)).add(sum);
        }
        Lanes.store(sum, memory, sums.at(0) + at);
    }

    private void select(int rows, int first, int lane, List<SearchQuery> queries, TopRows[] best) {
        for (int row = 0; row < rows; row++) {
            FloatVector floor = FloatVector.fromArray(Lanes.FLOATS, floors, lane);
            FloatVector score = Lanes.load(memory, (long) lane * Float.BYTES + row * ROW_BYTES);
            long good = score.compare(VectorOperators.GE, floor).toLong();
            if (good != 0) {
                offer(good, row, first, lane, queries, best);
            }
        }
    }

    private void offer(long good, int row, int first, int lane, List<SearchQuery> queries, TopRows[] best) {
        for (long left = good; left != 0; left &= left - 1) {
            int query = lane + Long.numberOfTrailingZeros(left);
            if (!queries.get(query).passesOver(first + row)) {
                best[query].offer(first + row, memory.get(FLOAT, query * (long) Float.BYTES + row * ROW_BYTES));
                floors[query] = best[query].floor();
            }
        }
    }

    @Override
    public void close() {
        block.close();
    }
}
