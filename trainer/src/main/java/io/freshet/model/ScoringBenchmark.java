package io.freshet.model;

import io.freshet.clustering.ItemClusters;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Products;
import io.freshet.tensor.ReadRate;
import io.freshet.tensor.RowTable;
import io.freshet.tensor.SgemmRate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures how fast the best items are found for histories that are encoded already, in a table of made-up vectors, in
 * turns with what the machine does at best: reading the table for one query, multiplying matrices for many; and what is
 * found in clusters of the table in place of all of it. Owns the table.
 */
public final class ScoringBenchmark implements AutoCloseable {
    /** The most queries at once. */
    public static final int MAX_QUERIES = ItemScan.QUERIES;

    private static final Duration SCORING = Duration.ofMillis(400);
    private static final Duration LIMIT = Duration.ofMillis(150);
    private static final int EXCLUDED = 50; // rows a query: as many as a history holds
    private static final int STATES = 1024;

    private final MadeUpVectors vectors; // with STATES + MAX_QUERIES queries
    private final RowTable items;
    private final Question[] questions = new Question[MAX_QUERIES];
    private final int k;
    private int nextState;
    private @Nullable ClusterTrial trial;

    /**
     * A benchmark on a new table.
     *
     * @param noise whether vectors are noise, in place of what looks like trained ones
     * @param dim width of a vector, a multiple of the lanes
     * @param k how many items are wanted
     */
    public ScoringBenchmark(boolean noise, int itemCount, int dim, int k) {
        this.k = k;
        MadeUpVectors.Shape shape = noise ? MadeUpVectors.Shape.NOISE : MadeUpVectors.Shape.TOPICS;
        vectors = new MadeUpVectors(shape, itemCount, dim, STATES + MAX_QUERIES);
        items = vectors.items();
        SplittableRandom random = new SplittableRandom(1);
        for (int query = 0; query < MAX_QUERIES; query++) {
            int[] excluded = random.ints(EXCLUDED, 0, itemCount).toArray();
            questions[query] = new Question();
            questions[query].begin(excluded, excluded.length, RowFilter.ALL);
        }
    }

    /** Measures what is found in clusters of the table, in place of all of it. */
    public ClusterQuality clusterQuality() {
        return trial().measure(questions, k);
    }

    private ClusterTrial trial() {
        if (trial == null) {
            trial = new ClusterTrial(vectors);
        }
        return trial;
    }

    /**
     * Measures for as long as is said.
     *
     * @param byClusters whether the search looks in clusters, in place of the whole table
     * @param queries of a call
     * @param workers threads that share it
     * @param warmUp rounds that end before do not count
     */
    public ScoringSpeed measure(boolean byClusters, int queries, int workers, Duration warmUp, Duration measured) {
        try (ItemSearch search = new ItemSearch(items.dim(), Products.forThisCpu(), workers);
                ReadRate reading = new ReadRate(workers);
                SgemmRate sgemm = new SgemmRate()) {
            boolean single = queries == 1;
            double floats = (double) items.rows() * items.dim();
            double work = single ? Float.BYTES * floats : 2 * queries * floats;
            DoubleSupplier limit = single ? () -> reading.measure(items, LIMIT) : () -> sgemm.measure(workers, LIMIT);
            @Nullable ItemClusters clusters = byClusters ? trial().clusters() : null;
            return measure(() -> call(search, clusters, queries), queries, work, limit, warmUp, measured);
        }
    }

    private ScoringSpeed measure(
            Runnable call, int queries, double work, DoubleSupplier limit, Duration warmUp, Duration measured) {
        List<ScoringSpeed.Round> rounds = new ArrayList<>();
        long start = System.nanoTime();
        long end = start + warmUp.plus(measured).toNanos();
        while (rounds.isEmpty() || System.nanoTime() < end) {
            ScoringSpeed.Round round = round(call, limit);
            if (System.nanoTime() - start >= warmUp.toNanos()) {
                rounds.add(round);
            }
        }
        return ScoringSpeed.of(rounds, queries, work);
    }

    private ScoringSpeed.Round round(Runnable call, DoubleSupplier limit) {
        long[] nanos = new long[1024];
        int calls = 0;
        long start = System.nanoTime();
        long now = start;
        while (now - start < SCORING.toNanos()) {
            if (calls == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * calls);
            }
            long before = now;
            call.run();
            now = System.nanoTime();
            nanos[calls++] = now - before;
        }
        return new ScoringSpeed.Round(Arrays.copyOf(nanos, calls), limit.getAsDouble());
    }

    private void call(ItemSearch search, @Nullable ItemClusters clusters, int queries) {
        Matrix at = Matrix.over(vectors.states().memory(), (long) nextState * items.dim(), items.dim());
        search.run(items, clusters, at, queries, 1f, questions, k);
        nextState = (nextState + queries) % STATES;
    }

    @Override
    public void close() {
        vectors.close();
        if (trial != null) {
            trial.close();
        }
    }
}
