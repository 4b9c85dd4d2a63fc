package io.freshet.model.ivf;

import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Finds the nearest of some centroids for many vectors, {@code argmin |v - c|² = argmax (v·c - |c|²/2)}, by multiplying
 * panels of vectors with all centroids. Ties go to the first centroid. Owns its memory.
 */
final class NearestCentroids implements AutoCloseable {
    private static final int PANEL_ROWS = 24; // a multiple of the six rows in a tile of the products

    private final int dim;
    private final int count; // a multiple of Lanes.WIDTH
    private final Products products = Products.forThisCpu();
    private final FloatBlock block;
    private final Matrix transposed; // (d, count)
    private final Matrix halfSquares; // (1, count)
    private final Matrix scores; // (PANEL_ROWS, count)
    private final float[] bestScores = new float[Lanes.COUNT];
    private final float[] bestPlaces = new float[Lanes.COUNT]; // floats hold integers up to 2^24

    NearestCentroids(int dim, int count) {
        this.dim = dim;
        this.count = count;
        block = FloatBlock.zeros((long) (dim + 1 + PANEL_ROWS) * count);
        transposed = Matrix.over(block.memory(), 0, dim, count);
        halfSquares = Matrix.over(block.memory(), (long) dim * count, 1, count);
        scores = Matrix.over(block.memory(), (long) (dim + 1) * count, count);
    }

    /** Sets the centroids. */
    void set(Matrix centroids) {
        for (int centroid = 0; centroid < count; centroid++) {
            float square = 0;
            for (int c = 0; c < dim; c++) {
                float x = centroids.get(centroid, c);
                transposed.set(c, centroid, x);
                square += x * x;
            }
            halfSquares.set(0, centroid, square / 2);
        }
    }

    /** Finds the nearest centroid of each of {@code rows} vectors, from row {@code first} on. */
    void find(Matrix vectors, int first, int rows, int[] nearest) {
        for (int done = 0; done < rows; done += PANEL_ROWS) {
            int panel = Math.min(PANEL_ROWS, rows - done);
            products.multiply(vectors.rows(first + done, panel), transposed, scores.rows(0, panel), false);
            for (int row = 0; row < panel; row++) {
                nearest[done + row] = best(scores.at(row));
            }
        }
    }

    private int best(long at) {
        search(block.memory(), at, halfSquares.at(0));
        int best = 0;
        for (int lane = 1; lane < Lanes.COUNT; lane++) {
            boolean equal = bestScores[lane] == bestScores[best];
            boolean better = bestScores[lane] > bestScores[best] || (equal && bestPlaces[lane] < bestPlaces[best]);
            best = better ? lane : best;
        }
        return (int) bestPlaces[best];
    }

    private void search(MemorySegment memory, long at, long squaresAt) {
        FloatVector best = FloatVector.broadcast(Lanes.FLOATS, Float.NEGATIVE_INFINITY);
        FloatVector place = FloatVector.zero(Lanes.FLOATS).addIndex(1);
        FloatVector bestPlace = place;
        FloatVector step = FloatVector.broadcast(Lanes.FLOATS, Lanes.COUNT);
        for (long i = 0; i < (long) count * Float.BYTES; i += Lanes.BYTES) {
            FloatVector score = Lanes.load(memory, at + i).sub(Lanes.load(memory, squaresAt + i));
            VectorMask<Float> better = score.compare(VectorOperators.GT, best);
            best = score.max(best);
            bestPlace = bestPlace.blend(place, better);
            place = step.add(place);
        }
        best.intoArray(bestScores, 0);
        bestPlace.intoArray(bestPlaces, 0);
    }

    @Override
    public void close() {
        block.close();
    }
}
