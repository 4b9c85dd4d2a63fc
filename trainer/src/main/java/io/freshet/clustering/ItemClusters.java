package io.freshet.clustering;

import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Lanes;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.RowTable;
import io.freshet.tensor.Rows;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/**
 * A partition of an item table's rows into clusters, with the mean and the variance of the vectors of each. Vectors stay
 * where they are, so that what is read of a member is always what the table holds now.
 *
 * <p>It follows the table. Before rows change, {@link #takeOut}; after they have, {@link #put}; when all are back, {@link
 * #settle}. A row that still lies near its cluster's mean goes back there; another one goes to the nearest mean. Means move
 * with their members, so that what all vectors have in common may change without a row's moving.
 *
 * <p>One thread may change it while nobody reads; many may read while it does not. Owns its memory.
 */
public final class ItemClusters implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** Clusters for each square root of the rows. */
    private static final double PER_ROOT = 2;

    private final int count;
    private final int dim;
    private final Members members;
    private final Moments moments;
    private final FloatBlock scores; // (clusters)
    private final BitSet unsettled = new BitSet(); // clusters
    private int rows;
    private long moved;

    /** @param centroids (count, dim): means of clusters that have no members yet; copied */
    ItemClusters(Matrix centroids, int count, int dim) {
        this.count = count;
        this.dim = dim;
        members = new Members(count);
        moments = new Moments(centroids, count, dim);
        scores = FloatBlock.zeros(count);
    }

    /** How many clusters there are, a multiple of {@link Lanes#WIDTH}; some may be empty. */
    public int count() {
        return count;
    }

    /** How many rows are in clusters. */
    public int rows() {
        return rows;
    }

    /** How many rows are in a cluster. */
    public int size(int cluster) {
        return members.size(cluster);
    }

    /** The rows of a cluster, {@link #size} of them, in no order: the array itself, and perhaps more behind them. */
    public int[] rowsOf(int cluster) {
        return members.rows(cluster);
    }

    /** (clusters, d): where each cluster lies. */
    public Matrix means() {
        return moments.means();
    }

    /** (clusters, d): the variance of each coordinate among each cluster's members. */
    public Matrix variances() {
        return moments.variances();
    }

    /** How many times a row has been given a cluster because it was new or had left its own. */
    public long moved() {
        return moved;
    }

    /** Memory that this takes. */
    public long bytes() {
        return members.bytes() + moments.bytes() + scores.length() * Float.BYTES;
    }

    /** Takes out a row that is about to change, where it is in. */
    public void takeOut(RowTable items, int row) {
        if (members.contains(row)) {
            int cluster = members.clusterOf(row);
            moments.remove(items, row, cluster);
            members.remove(row);
            unsettled.set(cluster);
            rows--;
        }
    }

    /** Puts in a row that is new or has changed, unless it is a gap or in already. */
    public void put(RowTable items, int row) {
        members.growTo(row + 1);
        if (members.contains(row) || items.gaps().get(row)) {
            return;
        }
        int last = members.clusterOf(row);
        if (last != Members.NONE && moments.isNear(items, row, last)) {
            add(items, row, last);
        } else {
            moved++;
            add(items, row, nearest(items, row));
        }
    }

    /** Puts in a row whose cluster is known. */
    void put(RowTable items, int row, int cluster) {
        members.growTo(row + 1);
        if (!members.contains(row) && !items.gaps().get(row)) {
            add(items, row, cluster);
        }
    }

    private void add(RowTable items, int row, int cluster) {
        moments.add(items, row, cluster);
        members.add(row, cluster);
        unsettled.set(cluster);
        rows++;
    }

    /** {@code argmin |v - c|² = argmax (v·c - |c|²/2)}. */
    private int nearest(RowTable items, int row) {
        Matrix means = moments.means();
        Rows.dots(means.memory(), means.at(0), count, items.memory(row), items.at(row), dim, scores.memory(), 0);
        int nearest = 0;
        float best = Float.NEGATIVE_INFINITY;
        for (int cluster = 0; cluster < count; cluster++) {
            float score = scores.memory().getAtIndex(FLOAT, cluster) - moments.halfSquare(cluster);
            if (score > best) {
                best = score;
                nearest = cluster;
            }
        }
        return nearest;
    }

    /** Brings the means and variances of clusters up to their members. */
    public void settle() {
        unsettled.stream().forEach(moments::refresh);
        unsettled.clear();
    }

    /** How many clusters there should be of so many rows: a multiple of {@link Lanes#WIDTH}. */
    static int countFor(int rows) {
        return Lanes.roundUp((int) Math.max(1, PER_ROOT * Math.sqrt(rows)));
    }

    @Override
    public void close() {
        moments.close();
        scores.close();
    }
}
