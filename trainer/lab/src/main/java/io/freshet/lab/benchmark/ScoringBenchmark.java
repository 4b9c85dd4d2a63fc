package io.freshet.lab.benchmark;

import io.freshet.lab.yardstick.ReadRate;
import io.freshet.lab.yardstick.Yardstick;
import io.freshet.model.ivf.IvfIndex;
import io.freshet.model.search.ItemScan;
import io.freshet.model.search.ItemSearch;
import io.freshet.model.search.QueryBatch;
import io.freshet.model.search.RowFilter;
import io.freshet.model.search.SearchQuery;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures how fast the best items are found in a table of synthetic vectors, for histories that have already been
 * encoded. The measurements alternate with those of the machine's limit: reading the table for a single query,
 * multiplying matrices for several. Also measures the accuracy of a search in clusters of the table. Owns the table.
 */
public final class ScoringBenchmark implements AutoCloseable {
    /** Maximum number of queries in a call. */
    public static final int MAX_QUERIES = ItemScan.QUERIES;

    private static final Duration SCORING = Duration.ofMillis(400);
    private static final Duration LIMIT = Duration.ofMillis(150);
    private static final int LEAST_ROUNDS = 3;
    private static final int EXCLUDED = 50; // rows per query: as many as a history holds
    private static final int STATES = 1024;

    private final SyntheticVectors vectors; // with STATES + MAX_QUERIES queries
    private final RowTable items;
    private final List<SearchQuery> questions = new ArrayList<>();
    private final int k;
    private final Yardstick yardstick;
    private int nextState;
    private @Nullable IvfTrial trial;

    /**
     * Creates a benchmark on a new table.
     *
     * @param noise whether the vectors are noise instead of resembling trained ones
     * @param dim width of a vector, a multiple of the lanes
     * @param k number of items wanted
     * @param yardstick reference for matrix products, opened for all numbers of threads that are measured; the caller
     *     closes it
     */
    public ScoringBenchmark(boolean noise, int itemCount, int dim, int k, Yardstick yardstick) {
        this.k = k;
        this.yardstick = yardstick;
        SyntheticVectors.Shape shape = noise ? SyntheticVectors.Shape.NOISE : SyntheticVectors.Shape.TOPICS;
        vectors = new SyntheticVectors(shape, itemCount, dim, STATES + MAX_QUERIES);
        items = vectors.items();
        SplittableRandom random = new SplittableRandom(1);
        for (int query = 0; query < MAX_QUERIES; query++) {
            int[] excluded = random.ints(EXCLUDED, 0, itemCount).toArray();
            SearchQuery question = new SearchQuery();
            question.begin(excluded, excluded.length, RowFilter.ALL);
            questions.add(question);
        }
    }

    /** Measures a search in clusters of the table against the exact search. */
    public IvfQuality clusterQuality() {
        return trial().measure(questions, k);
    }

    private IvfTrial trial() {
        if (trial == null) {
            trial = new IvfTrial(vectors);
        }
        return trial;
    }

    /**
     * Measures one number of queries per call with one number of threads.
     *
     * @param byClusters whether to search in clusters instead of the whole table
     * @param queries number of queries in a call
     * @param workers number of threads that share a call
     * @param warmUp duration of the warm-up; rounds that end before it has passed are discarded
     * @param measured duration of the measurement after that; at least three rounds are measured
     */
    public ScoringSpeed measure(boolean byClusters, int queries, int workers, Duration warmUp, Duration measured) {
        try (ItemSearch search = new ItemSearch(items.dim(), Products.forThisCpu(), workers);
                ReadRate reading = new ReadRate(workers)) {
            boolean single = queries == 1;
            double floats = (double) items.rows() * items.dim();
            double work = single ? Float.BYTES * floats : 2 * queries * floats;
            Duration stretch = shorter(LIMIT, measured.dividedBy(LEAST_ROUNDS));
            DoubleSupplier limit =
                    single ? () -> reading.measure(items, stretch) : () -> yardstick.sgemm(workers, stretch);
            @Nullable IvfIndex clusters = byClusters ? trial().clusters() : null;
            return measure(() -> call(search, clusters, queries), queries, work, limit, warmUp, measured);
        }
    }

    private ScoringSpeed measure(
            Runnable call, int queries, double work, DoubleSupplier limit, Duration warmUp, Duration measured) {
        List<ScoringSpeed.Round> rounds = new ArrayList<>();
        Duration longest = shorter(SCORING, measured.dividedBy(LEAST_ROUNDS));
        long start = System.nanoTime();
        long end = start + warmUp.plus(measured).toNanos();
        double machine = limit.getAsDouble();
        while (rounds.size() < LEAST_ROUNDS || System.nanoTime() < end) {
            double before = machine;
            long[] nanos = calls(call, longest);
            machine = limit.getAsDouble();
            ScoringSpeed.Round round = new ScoringSpeed.Round(nanos, (before + machine) / 2);
            if (System.nanoTime() - start >= warmUp.toNanos()) {
                rounds.add(round);
            }
        }
        return ScoringSpeed.of(rounds, queries, work);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Makes calls for a time, at least one, and returns the nanoseconds that each took. */
    private static long[] calls(Runnable call, Duration longest) {
        long[] nanos = new long[1024];
        int calls = 0;
        long start = System.nanoTime();
        long now = start;
        while (calls == 0 || now - start < longest.toNanos()) {
            if (calls == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * calls);
            }
            long before = now;
            call.run();
            now = System.nanoTime();
            nanos[calls++] = now - before;
        }
        return Arrays.copyOf(nanos, calls);
    }

    private void call(ItemSearch search, @Nullable IvfIndex clusters, int queries) {
        Matrix states = vectors.states().rows(nextState, queries);
        search.run(items, clusters, new QueryBatch(states, 1f, questions, k));
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
