package io.freshet.clustering;

import io.freshet.tensor.RowTable;
import org.jspecify.annotations.Nullable;

/**
 * The making of {@link ItemClusters} in slices of some milliseconds, between which the table may change: centroids of a
 * sample first, then the nearest of them for each row. What changes a row that has its cluster already says so, as to
 * finished clusters. Owns its memory, and the clusters until they are taken.
 */
public final class ClusterBuild implements AutoCloseable {
    private static final int ROUNDS = 8;
    private static final int SLICE_ROWS = 512;

    private final NearestCentroids search;
    private final KMeans means;
    private final int count;
    private final int[] nearest = new int[SLICE_ROWS];
    private @Nullable ItemClusters clusters;
    private int done;

    /** @param items the table as it stands: the sample is taken here */
    public ClusterBuild(RowTable items, long seed) {
        count = ItemClusters.countFor(items.rows() - items.gapCount());
        search = new NearestCentroids(items.dim(), count);
        means = new KMeans(items, count, search, ROUNDS, seed);
    }

    /** Does a slice of the work; whether there is any left. */
    public boolean advance(RowTable items) {
        if (means.advance()) {
            return true;
        }
        if (clusters == null) {
            clusters = new ItemClusters(means.centroids(), count, items.dim());
        }
        if (done < items.rows()) {
            assign(items, clusters);
        }
        return done < items.rows();
    }

    private void assign(RowTable items, ItemClusters to) {
        int chunk = done / RowTable.CHUNK_ROWS;
        int first = done % RowTable.CHUNK_ROWS;
        int rows = Math.min(SLICE_ROWS, items.rowsOfChunk(chunk) - first);
        search.find(items.chunk(chunk), first, rows, nearest);
        for (int i = 0; i < rows; i++) {
            to.put(items, done + i, nearest[i]);
        }
        done += rows;
        if (done >= items.rows()) {
            to.settle();
        }
    }

    /** As {@link ItemClusters#takeOut}. */
    public void takeOut(RowTable items, int row) {
        if (clusters != null) {
            clusters.takeOut(items, row);
        }
    }

    /** As {@link ItemClusters#put}, for a row that has had its turn. */
    public void put(RowTable items, int row) {
        if (clusters != null && row < done) {
            clusters.put(items, row);
        }
    }

    /** The clusters, once nothing is left to do; they become the caller's. */
    public ItemClusters take() {
        if (clusters == null) {
            throw new IllegalStateException("clusters must be made before they are taken: done=" + done);
        }
        ItemClusters taken = clusters;
        clusters = null;
        return taken;
    }

    @Override
    public void close() {
        search.close();
        means.close();
        if (clusters != null) {
            clusters.close();
        }
    }
}
