package io.freshet.model.ivf;

import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Rows;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

/**
 * A partition of an item table's rows into clusters, with the mean and the variance of the vectors of each. Vectors are not
 * copied, so a search always reads a member's current vector.
 *
 * <p>The clusters follow the table. Call {@link #takeOut} before rows change, {@link #put} after they have changed, and
 * {@link #settle} once all rows are back. A row that is still near the mean of its cluster returns to it; any other row
 * goes to the nearest mean. Means move with their members, so that a change common to all vectors does not move a row to
 * another cluster.
 *
 * <p>One thread may change the clusters while no thread reads them; many may read while they do not change. Owns its
 * memory.
 */
public final class IvfIndex implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    /** Number of clusters, per square root of the number of rows. */
    private static final double PER_ROOT = 2;

    private final int count;
    private final Members members;
    private final Moments moments;
    private final FloatBlock scores; // (clusters)
    private final BitSet unsettled = new BitSet(); // clusters whose moments are out of date
    private int rows;
    private long moved;

    /** @param centroids (count, dim): means of the clusters while they have no members; copied */
    IvfIndex(Matrix centroids, int count, int dim) {
        this.count = count;
        members = new Members(count);
        moments = new Moments(centroids, count, dim);
        scores = FloatBlock.zeros(count);
    }

    /** Returns the number of clusters, a multiple of {@link Lanes#WIDTH}. Some may be empty. */
    public int count() {
        return count;
    }

    /** Returns the number of rows in clusters. */
    public int rows() {
        return rows;
    }

    /** Returns the number of rows in a cluster. */
    public int size(int cluster) {
        return members.size(cluster);
    }

    /**
     * Returns the rows of a cluster, in no order. This is the internal array; only the first {@link #size} entries are
     * valid.
     */
    public int[] rowsOf(int cluster) {
        return members.rows(cluster);
    }

    /** Returns the mean of each cluster (clusters, d). */
    public Matrix means() {
        return moments.means();
    }

    /** Returns the variance of each coordinate among the members of each cluster (clusters, d). */
    public Matrix variances() {
        return moments.variances();
    }

    /** Returns how many times a row was given a cluster because it was new or had left its own. */
    public long moved() {
        return moved;
    }

    /** Returns the memory used, in bytes. */
    public long bytes() {
        return members.bytes() + moments.bytes() + scores.length() * Float.BYTES;
    }

    /** Takes out a row that is about to change, if it is in a cluster. */
    public void takeOut(RowTable items, int row) {
        if (members.contains(row)) {
            int cluster = members.clusterOf(row);
            moments.remove(items, row, cluster);
            members.remove(row);
            unsettled.set(cluster);
            rows--;
        }
    }

    /** Puts in a row that is new or has changed, unless it is a gap or is in a cluster already. */
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

    /** Puts a row into a given cluster, unless it is a gap or is in a cluster already. */
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

    /** Returns the cluster with the nearest mean, {@code argmin |v - c|² = argmax (v·c - |c|²/2)}. */
    private int nearest(RowTable items, int row) {
        Matrix means = moments.means();
        Rows.dotsOfAdjacent(means, count, items.memory(row), items.at(row), scores.memory(), 0);
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

    /** Updates the means and variances of clusters whose members have changed. */
    public void settle() {
        unsettled.stream().forEach(moments::refresh);
        unsettled.clear();
    }

    /** Returns the number of clusters for a number of rows, a multiple of {@link Lanes#WIDTH}. */
    static int countFor(int rows) {
        return Lanes.roundUp((int) Math.max(1, PER_ROOT * Math.sqrt(rows)));
    }

    @Override
    public void close() {
        moments.close();
        scores.close();
    }
}
