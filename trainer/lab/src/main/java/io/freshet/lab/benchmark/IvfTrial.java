package io.freshet.lab.benchmark;

import io.freshet.model.ivf.IvfIndex;
import io.freshet.model.ivf.IvfIndexBuild;
import io.freshet.model.search.ItemScan;
import io.freshet.model.search.IvfSearch;
import io.freshet.model.search.QueryBatch;
import io.freshet.model.search.SearchQuery;
import io.freshet.model.search.TopRows;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Builds the clusters of a table and compares searches in them with the exact search. Owns the clusters. */
final class IvfTrial implements AutoCloseable {
    private static final int QUERIES = 256;
    private static final int CHANGED_ROWS = 4096;
    private static final int CHANGES = 16;
    private static final float MOST_CHANGE = .01f; // about as much as some optimiser steps change a coordinate

    private final SyntheticVectors vectors;
    private final IvfIndex clusters;
    private final double buildSeconds;

    IvfTrial(SyntheticVectors vectors) {
        this.vectors = vectors;
        long start = System.nanoTime();
        try (IvfIndexBuild build = new IvfIndexBuild(vectors.items(), 1)) {
            while (build.advance(vectors.items())) {
                // until no work is left
            }
            clusters = build.take();
        }
        buildSeconds = (System.nanoTime() - start) / 1e9;
    }

    IvfIndex clusters() {
        return clusters;
    }

    /** Measures the accuracy of the search, and the cost of following the table while its rows change slightly. */
    IvfQuality measure(List<SearchQuery> questions, int k) {
        double followMicros = 0;
        for (int i = 0; i < CHANGES; i++) {
            followMicros = follow(i); // only the last time counts: by then the code is compiled
        }
        RowTable items = vectors.items();
        double found = 0;
        double wanted = 0;
        double error = 0;
        double worst = 0;
        long rows = 0;
        int whole = 0;
        try (ItemScan exact = new ItemScan(items.dim(), Products.forThisCpu(), 1);
                IvfSearch near = new IvfSearch(items.dim())) {
            for (int query = 0; query < QUERIES; query++) {
                SearchQuery question = questions.get(query % questions.size());
                Matrix state = vectors.states().rows(query, 1);
                QueryBatch batch = new QueryBatch(state, 1f, List.of(question), k);
                exact.run(items, batch);
                Set<Integer> best = rowsOf(exact.best(0));
                wanted += best.size();
                TopRows nearBest = new TopRows();
                nearBest.clear(k);
                boolean done = near.run(items, clusters, batch, 0, nearBest);
                rows += done ? near.scannedRows() : items.rows();
                if (done) {
                    best.retainAll(rowsOf(nearBest));
                    double off = Math.abs(Math.expm1(exact.logNormalizer(0) - near.logNormalizer()));
                    error += off;
                    worst = Math.max(worst, off);
                } else {
                    whole++;
                }
                found += best.size();
            }
        }
        return new IvfQuality(
                found / wanted,
                (double) rows / QUERIES / items.rows(),
                (double) whole / QUERIES,
                error / QUERIES,
                worst,
                buildSeconds,
                clusters.bytes(),
                followMicros);
    }

    private static Set<Integer> rowsOf(TopRows best) {
        Set<Integer> rows = new HashSet<>();
        while (best.size() > 0) {
            rows.add(best.worstRow());
            best.removeWorst();
        }
        return rows;
    }

    /** Returns the time to follow a change of one row, in microseconds. */
    private double follow(int seed) {
        RowTable items = vectors.items();
        SplittableRandom random = new SplittableRandom(seed);
        int[] rows = random.ints(CHANGED_ROWS, 0, items.rows()).distinct().toArray();
        long start = System.nanoTime();
        for (int row : rows) {
            clusters.takeOut(items, row);
        }
        long nanos = System.nanoTime() - start;
        for (int row : rows) {
            change(items, row, random);
        }
        start = System.nanoTime();
        for (int row : rows) {
            clusters.put(items, row);
        }
        clusters.settle();
        return (nanos + System.nanoTime() - start) / 1e3 / rows.length;
    }

    private static void change(RowTable items, int row, SplittableRandom random) {
        Matrix chunk = items.chunk(row / RowTable.CHUNK_ROWS);
        int at = row % RowTable.CHUNK_ROWS;
        for (int c = 0; c < items.dim(); c++) {
            chunk.set(at, c, chunk.get(at, c) + (float) random.nextDouble(-MOST_CHANGE, MOST_CHANGE));
        }
    }

    @Override
    public void close() {
        clusters.close();
    }
}
