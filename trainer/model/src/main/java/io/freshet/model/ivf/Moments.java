package io.freshet.model.ivf;

import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;

/**
 * Mean and variance of the vectors of each cluster, per coordinate. Sums are kept in double, so that a vector that was
 * added can be removed again. Owns its memory.
 */
final class Moments implements AutoCloseable {
    private final int dim;
    private final int[] counts; // (clusters)
    private final double[] sums; // (clusters, d)
    private final double[] squares; // (clusters, d)
    private final FloatBlock block;
    private final Matrix means; // (clusters, d)
    private final Matrix variances; // (clusters, d)
    private final float[] spreads; // (clusters) mean squared distance from the mean
    private final float[] halfSquares; // (clusters) half the square of the mean's length

    /** @param centroids (clusters, d): means of the clusters until they have members */
    Moments(Matrix centroids, int clusters, int dim) {
        this.dim = dim;
        counts = new int[clusters];
        sums = new double[clusters * dim];
        squares = new double[clusters * dim];
        spreads = new float[clusters];
        halfSquares = new float[clusters];
        block = FloatBlock.zeros(2L * clusters * dim);
        means = Matrix.over(block.memory(), 0, dim);
        variances = Matrix.over(block.memory(), (long) clusters * dim, dim);
        block.memory()
                .asSlice(0, (long) clusters * dim * Float.BYTES)
                .copyFrom(centroids.memory().asSlice(centroids.at(0), (long) clusters * dim * Float.BYTES));
        for (int cluster = 0; cluster < clusters; cluster++) {
            halfSquares[cluster] = halfSquareOfMean(cluster);
        }
    }

    Matrix means() {
        return means;
    }

    Matrix variances() {
        return variances;
    }

    /** Adds a row's vector to a cluster. */
    void add(RowTable items, int row, int cluster) {
        counts[cluster]++;
        addTo(items, row, cluster, 1);
    }

    /** Removes a row's vector from a cluster. The vector must be the same as when it was added. */
    void remove(RowTable items, int row, int cluster) {
        counts[cluster]--;
        addTo(items, row, cluster, -1);
    }

    private void addTo(RowTable items, int row, int cluster, double sign) {
        Matrix chunk = items.chunk(row / RowTable.CHUNK_ROWS);
        int inChunk = row % RowTable.CHUNK_ROWS;
        for (int c = 0; c < dim; c++) {
            double x = chunk.get(inChunk, c);
            sums[cluster * dim + c] += sign * x;
            squares[cluster * dim + c] += sign * x * x;
        }
    }

    /** Computes the mean and variance of a cluster from its sums. */
    void refresh(int cluster) {
        int count = counts[cluster];
        double spread = 0;
        for (int c = 0; c < dim && count > 0; c++) {
            double mean = sums[cluster * dim + c] / count;
            double variance = Math.max(0, squares[cluster * dim + c] / count - mean * mean);
            means.set(cluster, c, (float) mean);
            variances.set(cluster, c, (float) variance);
            spread += variance;
        }
        spreads[cluster] = (float) spread;
        halfSquares[cluster] = halfSquareOfMean(cluster);
    }

    private float halfSquareOfMean(int cluster) {
        float square = 0;
        for (int c = 0; c < dim; c++) {
            square += means.get(cluster, c) * means.get(cluster, c);
        }
        return square / 2;
    }

    /** Returns half the square of the length of a cluster's mean. */
    float halfSquare(int cluster) {
        return halfSquares[cluster];
    }

    /**
     * Returns whether a row's vector lies near a cluster's mean: its squared distance from the mean is at most twice
     * the mean squared distance of the members.
     */
    boolean isNear(RowTable items, int row, int cluster) {
        Matrix chunk = items.chunk(row / RowTable.CHUNK_ROWS);
        int inChunk = row % RowTable.CHUNK_ROWS;
        float distance = 0;
        for (int c = 0; c < dim; c++) {
            float difference = chunk.get(inChunk, c) - means.get(cluster, c);
            distance += difference * difference;
        }
        return distance <= 2 * spreads[cluster];
    }

    long bytes() {
        return block.length() * Float.BYTES
                + (long) Double.BYTES * (sums.length + squares.length)
                + (long) Float.BYTES * 3 * counts.length;
    }

    @Override
    public void close() {
        block.close();
    }
}
