package io.freshet.model;

import io.freshet.clustering.ItemClusters;
import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Products;
import io.freshet.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the network's best rows and the normaliser of its softmax for up to {@value ItemScan#QUERIES} queries: exactly by a
 * pass over the table ({@link ItemScan}), or, where the table has clusters, nearly and in some of them ({@link ClusterScan}).
 * Queries that some clusters are not enough for share a pass.
 *
 * <p>Owns its scratch and its threads; not thread-safe.
 */
final class ItemSearch implements AutoCloseable {
    private final int dim;
    private final ItemScan scan;
    private final List<ClusterScan> clusterScans = new ArrayList<>(); // a thread's each
    private final TopRows[] best; // (queries) of those that clusters were enough for
    private final double[] logNormalizers = new double[ItemScan.QUERIES]; // likewise
    private final boolean[] scanned = new boolean[ItemScan.QUERIES]; // whether the whole table was
    private final int[] places = new int[ItemScan.QUERIES]; // those queries' places in the pass
    private final Question[] left = new Question[ItemScan.QUERIES];
    private @Nullable FloatBlock block; // once there are clusters
    private @Nullable Matrix leftStates; // (queries, d)

    /**
     * A search of tables of rows of {@code dim} floats.
     *
     * @param workerCount threads, the caller's among them
     */
    ItemSearch(int dim, Products products, int workerCount) {
        this.dim = dim;
        scan = new ItemScan(dim, products, workerCount);
        best = new TopRows[ItemScan.QUERIES];
        for (int query = 0; query < best.length; query++) {
            best[query] = new TopRows();
        }
    }

    /**
     * Searches the table; its gaps are neither found nor counted.
     *
     * @param clusters of all its rows; null for an exact search
     * @param states (queries, d)
     * @param scale what scores are multiplied by before their softmax; positive
     * @param questions (queries) what does not belong among the best
     * @param k how many are wanted for each query
     */
    void run(
            RowTable items,
            @Nullable ItemClusters clusters,
            Matrix states,
            int queries,
            float scale,
            Question[] questions,
            int k) {
        if (clusters == null) {
            for (int query = 0; query < queries; query++) {
                leave(query, query);
            }
            scan.run(items, states, queries, scale, questions, k);
        } else {
            search(items, clusters, states, queries, scale, questions, k);
            scanLeft(items, states, queries, scale, questions, k);
        }
    }

    private void leave(int query, int place) {
        scanned[query] = true;
        places[query] = place;
    }

    private void search(
            RowTable items,
            ItemClusters clusters,
            Matrix states,
            int queries,
            float scale,
            Question[] questions,
            int k) {
        int used = Math.min(queries, scan.workers().count());
        while (clusterScans.size() < used) {
            clusterScans.add(new ClusterScan(dim));
        }
        scan.workers().run(used, worker -> {
            ClusterScan of = clusterScans.get(worker);
            for (int query = worker; query < queries; query += used) {
                best[query].clear(questions[query].wanted(k));
                scanned[query] = !of.run(
                        items, clusters, states.memory(), states.at(query), scale, questions[query], best[query]);
                logNormalizers[query] = of.logNormalizer();
            }
        });
    }

    private void scanLeft(RowTable items, Matrix states, int queries, float scale, Question[] questions, int k) {
        int count = 0;
        for (int query = 0; query < queries; query++) {
            if (scanned[query]) {
                Matrix to = leftStates();
                MemorySegment.copy(
                        states.memory(), states.at(query), to.memory(), to.at(count), (long) dim * Float.BYTES);
                left[count] = questions[query];
                leave(query, count++);
            }
        }
        if (count > 0) {
            scan.run(items, leftStates(), count, scale, left, k);
        }
    }

    private Matrix leftStates() {
        if (leftStates == null) {
            block = FloatBlock.zeros((long) ItemScan.QUERIES * dim);
            leftStates = Matrix.over(block.memory(), 0, dim);
        }
        return leftStates;
    }

    /** The best of a query, until the next search. */
    TopRows best(int query) {
        return scanned[query] ? scan.best(places[query]) : best[query];
    }

    /** {@code log Σ exp(scale · s)} of a query over all rows. */
    double logNormalizer(int query) {
        return scanned[query] ? scan.logNormalizer(places[query]) : logNormalizers[query];
    }

    @Override
    public void close() {
        scan.close();
        clusterScans.forEach(ClusterScan::close);
        if (block != null) {
            block.close();
        }
    }
}
