package io.freshet.model;

import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Products;
import io.freshet.tensor.ReadRate;
import io.freshet.tensor.RowTable;
import io.freshet.tensor.SgemmRate;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/**
 * Measures how fast the best items are found for histories that are encoded already, in a table of made-up vectors, in
 * turns with what the machine does at best: reading the table for one query, multiplying matrices for many. Owns the
 * table.
 */
public final class ScoringBenchmark implements AutoCloseable {
    /** The most queries at once. */
    public static final int MAX_QUERIES = ItemScan.QUERIES;

    private static final Duration SCORING = Duration.ofMillis(400);
    private static final Duration LIMIT = Duration.ofMillis(150);
    private static final int EXCLUDED = 50; // rows a query: as many as a history holds
    private static final int STATES = 1024;

    private final RowTable items;
    private final FloatBlock block; // (STATES + MAX_QUERIES, d) encoded histories
    private final SplittableRandom random = new SplittableRandom(1);
    private final Question[] questions = new Question[MAX_QUERIES];
    private final int k;
    private int nextState;

    /**
     * A benchmark on a new table.
     *
     * @param dim width of a vector, a multiple of the lanes
     * @param k how many items are wanted
     */
    public ScoringBenchmark(int itemCount, int dim, int k) {
        this.k = k;
        this.items = new RowTable(dim);
        items.growTo(itemCount);
        for (int chunk = 0; chunk < items.chunkCount(); chunk++) {
            fill(items.chunk(chunk).memory(), (long) items.rowsOfChunk(chunk) * dim);
        }
        this.block = FloatBlock.zeros((long) (STATES + MAX_QUERIES) * dim);
        fill(block.memory(), block.length());
        for (int query = 0; query < MAX_QUERIES; query++) {
            int[] excluded = random.ints(EXCLUDED, 0, itemCount).toArray();
            questions[query] = new Question();
            questions[query].begin(excluded, excluded.length, RowFilter.ALL);
        }
    }

    private void fill(MemorySegment memory, long floats) {
        for (long i = 0; i < floats; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, random.nextInt() * 0x1p-31f);
        }
    }

    /**
     * Measures for as long as is said.
     *
     * @param queries of a call
     * @param workers threads that share it
     * @param warmUp rounds that end before do not count
     */
    public ScoringSpeed measure(int queries, int workers, Duration warmUp, Duration measured) {
        try (ItemScan scan = new ItemScan(items.dim(), Products.forThisCpu(), workers);
                ReadRate reading = new ReadRate(workers);
                SgemmRate sgemm = new SgemmRate()) {
            boolean single = queries == 1;
            double floats = (double) items.rows() * items.dim();
            double work = single ? Float.BYTES * floats : 2 * queries * floats;
            DoubleSupplier limit = single ? () -> reading.measure(items, LIMIT) : () -> sgemm.measure(workers, LIMIT);
            return measure(scan, queries, work, limit, warmUp, measured);
        }
    }

    private ScoringSpeed measure(
            ItemScan scan, int queries, double work, DoubleSupplier limit, Duration warmUp, Duration measured) {
        List<ScoringSpeed.Round> rounds = new ArrayList<>();
        long start = System.nanoTime();
        long end = start + warmUp.plus(measured).toNanos();
        while (rounds.isEmpty() || System.nanoTime() < end) {
            ScoringSpeed.Round round = round(scan, queries, limit);
            if (System.nanoTime() - start >= warmUp.toNanos()) {
                rounds.add(round);
            }
        }
        return ScoringSpeed.of(rounds, queries, work);
    }

    private ScoringSpeed.Round round(ItemScan scan, int queries, DoubleSupplier limit) {
        long[] nanos = new long[1024];
        int calls = 0;
        long start = System.nanoTime();
        long now = start;
        while (now - start < SCORING.toNanos()) {
            if (calls == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * calls);
            }
            long before = now;
            call(scan, queries);
            now = System.nanoTime();
            nanos[calls++] = now - before;
        }
        return new ScoringSpeed.Round(Arrays.copyOf(nanos, calls), limit.getAsDouble());
    }

    private void call(ItemScan scan, int queries) {
        Matrix at = Matrix.over(block.memory(), (long) nextState * items.dim(), items.dim());
        scan.run(items, at, queries, 1f, questions, k);
        nextState = (nextState + queries) % STATES;
    }

    @Override
    public void close() {
        items.close();
        block.close();
    }
}
