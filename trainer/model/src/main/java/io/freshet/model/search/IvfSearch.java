package io.freshet.model.search;

import io.freshet.model.ivf.IvfIndex;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import io.freshet.model.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import jdk.incubator.vector.FloatVector;

/**
 * Searches some clusters of the item table, instead of the whole table, for the best rows of one query. An instance
 * is used by one thread.
 *
 * <p>The scores of a cluster's members are modelled as normally distributed, with mean {@code μ = q·m}, where m is
 * the mean of their vectors, and variance {@code σ² = w Σ q²·v}, where v are the variances of their coordinates. The
 * coordinates of trained vectors are correlated. The factor w corrects for that: it is the ratio of the observed
 * variance of the scores in the clusters scanned so far to {@code Σ q²·v}. Few of a cluster's members exceed
 * {@code μ + REACH · σ}. Clusters are scanned in descending order of that bound for {@code w = 1}, until the bound
 * falls below the k-th best score found so far. Where a filter rejects rows, the search therefore continues until it
 * has enough rows, has scanned all clusters, or gives up. The score of a row that is found is exact.
 *
 * <p>The normaliser of the softmax is the sum over every scanned cluster, plus, for every other cluster,
 * {@code n · exp(scale·μ + scale²·σ²/2)}, which is n times the mean of the exponential of a normal variable. Where
 * {@code scale·σ} exceeds REACH, the normal distribution is taken to be cut off at REACH.
 *
 * <p>Owns its memory.
 */
public final class IvfSearch implements AutoCloseable {
    /** Number of standard deviations above a cluster's mean that hardly any member exceeds. */
    private static final float REACH = 3.5f;

    /** Minimum number of clusters to scan: most of the normaliser comes from them. */
    private static final int LEAST_CLUSTERS = 32;

    /**
     * Share of the table's rows after which the search gives up: reading scattered rows takes longer than reading the
     * whole table in order.
     */
    private static final double MOST_ROWS = .125;

    private final int dim;
    private final ScoreLine scores = new ScoreLine(RowTable.CHUNK_ROWS);
    private final FloatBlock squares; // (d) squares of the query's coordinates
    private ScoreLine means = new ScoreLine(Lanes.WIDTH); // (clusters) μ
    private ScoreLine variances = new ScoreLine(Lanes.WIDTH); // (clusters) Σ q²·v
    private ScoreLine masses = new ScoreLine(Lanes.WIDTH); // (clusters) log Σ exp(scale · s)
    private long[] order = {}; // (clusters) sort keys, ascending by reach
    private final BitSet scanned = new BitSet(); // clusters
    private int scannedRows;
    private double found; // Σ (s - μ)² over the scanned clusters
    private double expected; // the value of found if w is 1
    private double logNormalizer;

    public IvfSearch(int dim) {
        this.dim = dim;
        squares = FloatBlock.zeros(dim);
    }

    /**
     * Searches for the best rows of one query of a batch.
     *
     * @param clusters clusters of all rows of the table
     * @param best receives the best rows; must be empty
     * @return false if so many rows would have to be scanned that a scan of the whole table is faster; the contents of
     *     {@code best} and the normaliser are then invalid
     */
    public boolean run(RowTable items, IvfIndex clusters, QueryBatch batch, int query, TopRows best) {
        begin(clusters, batch.states().memory(), batch.states().at(query));
        int most = (int) (MOST_ROWS * clusters.rows());
        for (int place = clusters.count() - 1; place >= 0; place--) {
            int cluster = clusterOf(order[place]);
            boolean least = place >= clusters.count() - LEAST_CLUSTERS;
            if (clusters.size(cluster) == 0 || (!least && reach(cluster, width()) < best.floor())) {
                break; // empty clusters come last
            }
            if (!least && scannedRows > most) {
                return false;
            }
            scan(items, clusters, cluster, batch, query, best);
        }
        logNormalizer = normalize(clusters, batch.scale());
        return true;
    }

    /** Returns an estimate of {@code log Σ exp(scale · s)} over all rows. */
    public double logNormalizer() {
        return logNormalizer;
    }

    /** Returns whether the last search scanned a cluster. */
    public boolean hasScanned(int cluster) {
        return scanned.get(cluster);
    }

    /** Returns the number of rows that the last search scanned. */
    public int scannedRows() {
        return scannedRows;
    }

    /** Computes μ and {@code Σ q²·v} of each cluster, and sorts the clusters by reach. */
    private void begin(IvfIndex clusters, MemorySegment state, long stateAt) {
        int count = clusters.count();
        reserve(count);
        scanned.clear();
        scannedRows = 0;
        found = 0;
        expected = 0;
        square(state, stateAt);
        Rows.dotsOfAdjacent(clusters.means(), count, state, stateAt, means.memory(), 0);
        Rows.dotsOfAdjacent(clusters.variances(), count, squares.memory(), 0, variances.memory(), 0);
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

    /** Returns w; 1 before the first cluster has been scanned. */
    private float width() {
        return expected > 0 ? (float) (found / expected) : 1;
    }

    /** Returns a sort key with the order of {@code reach}, whose lower 32 bits are the cluster. */
    private static long key(float reach, int cluster) {
        int bits = Float.floatToIntBits(reach);
        int ordered = bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
        return (long) ordered << Integer.SIZE | cluster;
    }

    private static int clusterOf(long key) {
        return (int) key;
    }

    private void scan(RowTable items, IvfIndex clusters, int cluster, QueryBatch batch, int query, TopRows best) {
        Matrix state = batch.states().rows(query, 1);
        float scale = batch.scale();
        SearchQuery question = batch.queries().get(query);
        int size = clusters.size(cluster);
        double sum = 0;
        float max = ItemScan.LEAST;
        for (int from = 0; from < size; from += RowTable.CHUNK_ROWS) {
            int count = Math.min(RowTable.CHUNK_ROWS, size - from);
            Rows.dots(items, clusters.rowsOf(cluster), from, count, state, scores.memory());
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

    private double normalize(IvfIndex clusters, float scale) {
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

    /**
     * Returns {@code σ²/2}. Most of the mean of the exponential comes from around σ standard deviations above the mean;
     * beyond REACH, where there are no members, the contribution at REACH is taken instead.
     */
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
