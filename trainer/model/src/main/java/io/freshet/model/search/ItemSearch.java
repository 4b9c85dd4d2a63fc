package io.freshet.model.search;

import io.freshet.model.ivf.IvfIndex;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the network's best rows and the normaliser of its softmax for up to {@value ItemScan#QUERIES} queries: exactly, by
 * a pass over the table ({@link ItemScan}), or approximately, by a search in some clusters of the table ({@link
 * IvfSearch}). Queries for which the search in clusters gives up share an exact pass.
 *
 * <p>Owns its scratch memory and its threads; not thread-safe.
 */
public final class ItemSearch implements AutoCloseable {
    private final int dim;
    private final ItemScan scan;
    private final List<IvfSearch> clusterScans = new ArrayList<>(); // one per thread
    private final TopRows[] best; // (queries) found in clusters
    private final double[] logNormalizers = new double[ItemScan.QUERIES]; // found in clusters
    private final boolean[] scanned = new boolean[ItemScan.QUERIES]; // whether the query took the pass
    private final int[] places = new int[ItemScan.QUERIES]; // index of such a query in the pass
    private @Nullable FloatBlock block; // null until clusters are not enough for a query
    private @Nullable Matrix leftStates; // (queries, d)

    /**
     * Creates a search of tables whose rows have {@code dim} floats.
     *
     * @param workerCount number of threads, including the caller's
     */
    public ItemSearch(int dim, Products products, int workerCount) {
        this.dim = dim;
        scan = new ItemScan(dim, products, workerCount);
        best = new TopRows[ItemScan.QUERIES];
        for (int query = 0; query < best.length; query++) {
            best[query] = new TopRows();
        }
    }

    /**
     * Searches the table. Its gaps are neither found nor counted.
     *
     * @param clusters clusters of all rows of the table; null for an exact search
     * @param batch at most {@value ItemScan#QUERIES} queries
     */
    public void run(RowTable items, @Nullable IvfIndex clusters, QueryBatch batch) {
        if (clusters == null) {
            for (int query = 0; query < batch.size(); query++) {
                leave(query, query);
            }
            scan.run(items, batch);
        } else {
            search(items, clusters, batch);
            scanLeft(items, batch);
        }
    }

    private void leave(int query, int place) {
        scanned[query] = true;
        places[query] = place;
    }

    private void search(RowTable items, IvfIndex clusters, QueryBatch batch) {
        int used = Math.min(batch.size(), scan.workers().count());
        while (clusterScans.size() < used) {
            clusterScans.add(new IvfSearch(dim));
        }
        scan.workers().run(used, worker -> {
            IvfSearch of = clusterScans.get(worker);
            for (int query = worker; query < batch.size(); query += used) {
                best[query].clear(batch.wanted(query));
                scanned[query] = !of.run(items, clusters, batch, query, best[query]);
                logNormalizers[query] = of.logNormalizer();
            }
        });
    }

    private void scanLeft(RowTable items, QueryBatch batch) {
        Matrix states = batch.states();
        List<SearchQuery> left = new ArrayList<>();
        for (int query = 0; query < batch.size(); query++) {
            if (scanned[query]) {
                Matrix to = leftStates();
                MemorySegment.copy(
                        states.memory(), states.at(query), to.memory(), to.at(left.size()), (long) dim * Float.BYTES);
                leave(query, left.size());
                left.add(batch.queries().get(query));
            }
        }
        if (!left.isEmpty()) {
            scan.run(items, new QueryBatch(leftStates().rows(0, left.size()), batch.scale(), left, batch.k()));
        }
    }

    private Matrix leftStates() {
        if (leftStates == null) {
            block = FloatBlock.zeros((long) ItemScan.QUERIES * dim);
            leftStates = Matrix.over(block.memory(), 0, dim);
        }
        return leftStates;
    }

    /** Returns the best rows of a query, valid until the next search. */
    public TopRows best(int query) {
        return scanned[query] ? scan.best(places[query]) : best[query];
    }

    /** Returns {@code log Σ exp(scale · s)} of a query over all rows, an estimate if they were found in clusters. */
    public double logNormalizer(int query) {
        return scanned[query] ? scan.logNormalizer(places[query]) : logNormalizers[query];
    }

    @Override
    public void close() {
        scan.close();
        clusterScans.forEach(IvfSearch::close);
        if (block != null) {
            block.close();
        }
    }
}
