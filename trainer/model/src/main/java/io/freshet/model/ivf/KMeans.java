package io.freshet.model.ivf;

import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Computes centroids of a sample of an item table by Lloyd's algorithm ("Least squares quantization in PCM", IEEE
 * Transactions on Information Theory 28, 1982), starting from random rows, in a given number of rounds. A centroid that is
 * nearest to no vector restarts at a random vector. Works in slices, on its own copy of the sample. Owns its memory.
 */
final class KMeans implements AutoCloseable {
    private static final int SAMPLED_OF_CLUSTER = 64;
    private static final int SLICE_ROWS = 512;

    private final int dim;
    private final int count;
    private final int sampled;
    private final FloatBlock block;
    private final Matrix sample; // (sampled, d)
    private final Matrix centroids; // (count, d)
    private final NearestCentroids search;
    private final double[] sums; // (count, d)
    private final int[] sizes; // (count)
    private final int[] nearest = new int[SLICE_ROWS];
    private final SplittableRandom random;
    private int roundsLeft;
    private int done;

    /** @param search search for the same number of centroids; remains the caller's */
    KMeans(RowTable items, int count, NearestCentroids search, int rounds, long seed) {
        this.dim = items.dim();
        this.count = count;
        this.search = search;
        roundsLeft = rounds;
        random = new SplittableRandom(seed);
        int[] rows = sampleOf(items);
        sampled = rows.length;
        block = FloatBlock.zeros((long) (Math.max(1, sampled) + count) * dim);
        centroids = Matrix.over(block.memory(), 0, dim);
        sample = Matrix.over(block.memory(), (long) count * dim, dim);
        for (int i = 0; i < sampled; i++) {
            MemorySegment.copy(
                    items.memory(rows[i]), items.at(rows[i]), sample.memory(), sample.at(i), items.rowBytes());
        }
        sums = new double[count * dim];
        sizes = new int[count];
        for (int centroid = 0; centroid < count; centroid++) {
            restart(centroid);
        }
        search.set(centroids);
    }

    /** Returns random rows that have an item, perhaps some of them twice; all such rows if they are few. */
    private int[] sampleOf(RowTable items) {
        int most = SAMPLED_OF_CLUSTER * count;
        int taken = items.rows() - items.gapCount();
        if (taken <= most) {
            return IntStream.range(0, items.rows())
                    .filter(row -> !items.gaps().get(row))
                    .toArray();
        }
        return random.ints(0, items.rows())
                .filter(row -> !items.gaps().get(row))
                .limit(most)
                .toArray();
    }

    private void restart(int centroid) {
        if (sampled > 0) {
            MemorySegment.copy(
                    sample.memory(),
                    sample.at(random.nextInt(sampled)),
                    centroids.memory(),
                    centroids.at(centroid),
                    (long) dim * Float.BYTES);
        }
    }

    /** Returns the centroids (count, d). */
    Matrix centroids() {
        return centroids;
    }

    /** Does a slice of the work. Returns whether there was any left. */
    boolean advance() {
        if (roundsLeft == 0 || sampled == 0) {
            return false;
        }
        int rows = Math.min(SLICE_ROWS, sampled - done);
        search.find(sample, done, rows, nearest);
        for (int i = 0; i < rows; i++) {
            addTo(nearest[i], done + i);
        }
        done += rows;
        if (done == sampled) {
            endRound();
        }
        return true;
    }

    private void addTo(int centroid, int row) {
        sizes[centroid]++;
        for (int c = 0; c < dim; c++) {
            sums[centroid * dim + c] += sample.get(row, c);
        }
    }

    private void endRound() {
        for (int centroid = 0; centroid < count; centroid++) {
            if (sizes[centroid] == 0) {
                restart(centroid);
            }
            for (int c = 0; c < dim && sizes[centroid] > 0; c++) {
                centroids.set(centroid, c, (float) (sums[centroid * dim + c] / sizes[centroid]));
            }
        }
        search.set(centroids);
        Arrays.fill(sums, 0);
        Arrays.fill(sizes, 0);
        done = 0;
        roundsLeft--;
    }

    @Override
    public void close() {
        block.close();
    }
}
