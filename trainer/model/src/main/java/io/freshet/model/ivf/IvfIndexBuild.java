package io.freshet.model.ivf;

import io.freshet.model.tensor.RowTable;
import org.jspecify.annotations.Nullable;

/**
 * Builds an {@link IvfIndex} in slices of a few milliseconds. Between slices the table may change. The build first
 * computes the centroids of a sample, and then assigns each row to the nearest centroid. Changes to rows that are
 * assigned already must be passed to {@link #takeOut} and {@link #put}, as with finished clusters. Owns its memory,
 * and the clusters until they are taken.
 */
public final class IvfIndexBuild implements AutoCloseable {
    private static final int ROUNDS = 8;
    private static final int SLICE_ROWS = 512;

    private final NearestCentroids search;
    private final KMeans means;
    private final int count;
    private final int[] nearest = new int[SLICE_ROWS];
    private @Nullable IvfIndex clusters;
    private int done;

    /** @param items the current table, from which the sample is taken */
    public IvfIndexBuild(RowTable items, long seed) {
        count = IvfIndex.countFor(items.rows() - items.gapCount());
        search = new NearestCentroids(items.dim(), count);
        means = new KMeans(items, count, search, ROUNDS, seed);
    }

    /** Does a slice of the work. Returns whether any work is left. */
    public boolean advance(RowTable items) {
        if (means.advance()) {
            return true;
        }
        if (clusters == null) {
            clusters = new IvfIndex(means.centroids(), count, items.dim());
        }
        if (done < items.rows()) {
            assign(items, clusters);
        }
        return done < items.rows();
    }

    private void assign(RowTable items, IvfIndex to) {
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

    /** Takes out a row as {@link IvfIndex#takeOut} does. */
    public void takeOut(RowTable items, int row) {
        if (clusters != null) {
            clusters.takeOut(items, row);
        }
    }

    /** Puts in a row as {@link IvfIndex#put} does, if the build has already reached the row. */
    public void put(RowTable items, int row) {
        if (clusters != null && row < done) {
            clusters.put(items, row);
        }
    }

    /** Returns the clusters, once no work is left. The caller becomes their owner. */
    public IvfIndex take() {
        if (clusters == null) {
            throw new IllegalStateException("clusters must be made before they are taken: done=" + done);
        }
        IvfIndex taken = clusters;
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
