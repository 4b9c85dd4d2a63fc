package io.freshet.model;

import io.freshet.clustering.ItemClusters;
import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Lanes;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.RowTable;
import io.freshet.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import jdk.incubator.vector.FloatVector;

/**
 * What one thread needs to look for the best rows of one query in some clusters of the table in place of all of it.
 *
 * <p>The scores of a cluster's members are taken for normally distributed: with mean {@code μ = q·m}, where m is the mean of
 * their vectors, and variance {@code σ² = w Σ q²·v}, where v are the variances of their coordinates. The coordinates of trained
 * vectors vary together; w makes up for it, and is what the scores in the clusters scanned so far vary by, over {@code Σ q²·v}.
 * Clusters are scanned in the order of {@code μ + REACH · σ}, which few of a cluster's members exceed, until that is less than
 * what is best so far: where a filter leaves rows out, the search goes on by itself until it has as many as are wanted, or all
 * have been looked at. The score of a row that is found is the exact one.
 *
 * <p>The normaliser of the softmax takes each scanned cluster's sum, and {@code n · exp(scale·μ + scale²·σ²/2)}, n times the
 * mean of the exponential of a normal distribution, of each other one; beyond REACH it takes a normal distribution for cut off.
 *
 * <p>Owns its memory.
 */
final class ClusterScan implements AutoCloseable {
    /** Standard deviations from a cluster's mean to where hardly a member is. */
    private static final float REACH = 3.5f;

    /** Clusters that are scanned in any case, where the most of the normaliser is. */
    private static final int LEAST_CLUSTERS = 32;

    /** Of a table's rows: to read one here and there takes longer than all in their order, and is given up after so many. */
    private static final double MOST_ROWS = .125;

    private final int dim;
    private final ScoreLine scores = new ScoreLine(RowTable.CHUNK_ROWS);
    private final FloatBlock squares; // (d) of the query's coordinates
    private ScoreLine means = new ScoreLine(Lanes.WIDTH); // (clusters) μ
    private ScoreLine variances = new ScoreLine(Lanes.WIDTH); // (clusters) Σ q²·v
    private ScoreLine masses = new ScoreLine(Lanes.WIDTH); // (clusters) log Σ exp(scale · s)
    private long[] order = {}; // (clusters) the furthest reaching last
    private final BitSet scanned = new BitSet(); // clusters
    private int scannedRows;
    private double found; // Σ (s - μ)² over the scanned clusters
    private double expected; // the same by w = 1
    private double logNormalizer;

    ClusterScan(int dim) {
        this.dim = dim;
        squares = FloatBlock.zeros(dim);
    }

    /**
     * Looks for the best rows.
     *
     * @param clusters of all rows of the table
     * @param state the query, from byte {@code stateAt} on
     * @param scale what scores are multiplied by before their softmax; positive
     * @param best empty; receives them
     * @return false if it would take so many rows that it is faster to scan all; then nothing has come out
     */
    boolean run(
            RowTable items,
            ItemClusters clusters,
            MemorySegment state,
            long stateAt,
            float scale,
            Question question,
            TopRows best) {
        begin(clusters, state, stateAt);
        int most = (int) (MOST_ROWS * clusters.rows());
        for (int place = clusters.count() - 1; place >= 0; place--) {
            int cluster = clusterOf(order[place]);
            boolean least = place >= clusters.count() - LEAST_CLUSTERS;
            if (clusters.size(cluster) == 0 || (!least && reach(cluster, width()) < best.floor())) {
                break; // empty ones are the last
            }
            if (!least && scannedRows > most) {
                return false;
            }
            scan(items, clusters, cluster, state, stateAt, scale, question, best);
        }
        logNormalizer = normalize(clusters, scale);
        return true;
    }

    /** {@code log Σ exp(scale · s)} over all rows, about. */
    double logNormalizer() {
        return logNormalizer;
    }

    /** Whether the last search has looked at a cluster. */
    boolean hasScanned(int cluster) {
        return scanned.get(cluster);
    }

    /** How many rows the last search has looked at. */
    int scannedRows() {
        return scannedRows;
    }

    /** Says what to expect of each cluster, and orders them. */
    private void begin(ItemClusters clusters, MemorySegment state, long stateAt) {
        int count = clusters.count();
        reserve(count);
        scanned.clear();
        scannedRows = 0;
        found = 0;
        expected = 0;
        square(state, stateAt);
        Matrix of = clusters.means();
        Rows.dots(of.memory(), of.at(0), count, state, stateAt, dim, means.memory(), 0);
        of = clusters.variances();
        Rows.dots(of.memory(), of.at(0), count, squares.memory(), 0, dim, variances.memory(), 0);
        for (int cluster = 0; cluster < count; cluster++) {
            order[cluster] = key(clusters.size(cluster) == 0 ? Float.NEGATIVE_INFINITY : reach(cluster, 1), cluster);
        }
        Arrays.sort(order, 0, count);
    }

    private void square(MemorySegment state, long stateAt) {
        for (long i = 0; i < (long) dim * Float.BYTES; i += Lanes.BYTES) {
            FloatVector x = Lanes.load(state, stateAt + i);
            Lanes.store(x.mul(x), squares.memory(), i);
        }
    }

    private float reach(int cluster, float width) {
        return means.get(cluster) + REACH * (float) Math.sqrt(width * variances.get(cluster));
    }

    /** w */
    private float width() {
        return expected > 0 ? (float) (found / expected) : 1;
    }

    /** Orders as {@code reach} does. */
    private static long key(float reach, int cluster) {
        int bits = Float.floatToIntBits(reach);
        int ordered = bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
        return (long) ordered << Integer.SIZE | cluster;
    }

    private static int clusterOf(long key) {
        return (int) key;
    }

    private void scan(
            RowTable items,
            ItemClusters clusters,
            int cluster,
            MemorySegment state,
            long stateAt,
            float scale,
            Question question,
            TopRows best) {
        int size = clusters.size(cluster);
        double sum = 0;
        float max = ItemScan.LEAST;
        for (int from = 0; from < size; from += RowTable.CHUNK_ROWS) {
            int count = Math.min(RowTable.CHUNK_ROWS, size - from);
            Rows.dots(items, clusters.rowsOf(cluster), from, count, state, stateAt, scores.memory(), 0);
            scores.endAt(count);
            found += scores.squares(count, means.get(cluster));
            float raised = Math.max(max, scores.select(count, clusters.rowsOf(cluster), from, question, best));
            sum = sum * StrictMath.exp(scale * (max - raised)) + scores.sum(count, scale, raised);
            max = raised;
        }
        expected += size * (double) variances.get(cluster);
        scanned.set(cluster);
        scannedRows += size;
        masses.set(cluster, (float) (scale * max + StrictMath.log(sum)));
    }

    private double normalize(ItemClusters clusters, float scale) {
        float width = width();
        float max = ItemScan.LEAST;
        for (int cluster = 0; cluster < clusters.count(); cluster++) {
            if (clusters.size(cluster) == 0) {
                masses.leaveOut(cluster);
            } else if (!scanned.get(cluster)) {
                float log = (float) StrictMath.log(clusters.size(cluster));
                float deviation = scale * (float) Math.sqrt(width * variances.get(cluster));
                masses.set(cluster, log + scale * means.get(cluster) + excess(deviation));
            }
            max = Math.max(max, masses.get(cluster));
        }
        return max + StrictMath.log(masses.sum(clusters.count(), 1, max));
    }

    /** {@code σ²/2}, to which most comes from around σ deviations above the mean; where there are no members, from the last. */
    private static float excess(float deviation) {
        return deviation <= REACH ? deviation * deviation / 2 : REACH * deviation - REACH * REACH / 2;
    }

    private void reserve(int clusters) {
        if (order.length < clusters) {
            means.close();
            variances.close();
            masses.close();
            means = new ScoreLine(clusters);
            variances = new ScoreLine(clusters);
            masses = new ScoreLine(clusters);
            order = new long[clusters];
        }
    }

    @Override
    public void close() {
        scores.close();
        squares.close();
        means.close();
        variances.close();
        masses.close();
    }
}
