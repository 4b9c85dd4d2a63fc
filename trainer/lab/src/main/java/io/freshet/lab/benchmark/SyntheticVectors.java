package io.freshet.lab.benchmark;

import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import java.util.SplittableRandom;

/**
 * A table of synthetic item vectors, and synthetic queries. Owns its memory.
 *
 * <p>{@link Shape#TOPICS} resembles trained vectors. An item's vector is the vector of its topic plus a deviation of
 * its own, with a random length; some topics have many more items than others. The variance is concentrated in a few
 * dimensions, about eight of 64. A query is near a topic. {@link Shape#NOISE} has no structure, which is the worst
 * case for a search that does not look at all items.
 */
final class SyntheticVectors implements AutoCloseable {
    private static final double AXIS_DECAY = 8; // dimensions over which the deviation falls by a factor of e
    private static final double TOPIC = .8;
    private static final double OWN = .6;
    private static final double QUERY = .8;
    private static final double LENGTH = .35;
    private static final double LENGTH_DEVIATION = .1; // standard deviation of the logarithm of the length
    private static final double QUERY_LENGTH = 12;
    private static final int MIRRORS = 3;

    private final int dim;
    private final RowTable items;
    private final FloatBlock block;
    private final Matrix states; // (queries, d)
    private final SplittableRandom random = new SplittableRandom(1);

    /** Distribution of the vectors. */
    enum Shape {
        TOPICS,
        NOISE
    }

    SyntheticVectors(Shape shape, int itemCount, int dim, int queries) {
        this.dim = dim;
        items = new RowTable(dim);
        items.growTo(itemCount);
        block = FloatBlock.zeros((long) queries * dim);
        states = Matrix.over(block.memory(), 0, dim);
        switch (shape) {
            case TOPICS -> fillByTopics(itemCount, queries);
            case NOISE -> fillWithNoise(itemCount, queries);
        }
    }

    private void fillWithNoise(int itemCount, int queries) {
        double[] nothing = new double[dim];
        double[] axes = axes(Double.POSITIVE_INFINITY);
        for (int row = 0; row < itemCount; row++) {
            setItem(row, around(nothing, 1, axes), 1);
        }
        for (int query = 0; query < queries; query++) {
            set(states, query, around(nothing, 1, axes), dim / 8.0);
        }
    }

    private void fillByTopics(int itemCount, int queries) {
        double[] axes = axes(AXIS_DECAY);
        double[][] mirrors = new double[MIRRORS][];
        for (int i = 0; i < MIRRORS; i++) {
            mirrors[i] = unit(around(new double[dim], 1, axes(Double.POSITIVE_INFINITY)));
        }
        double[][] topics = new double[(int) Math.ceil(Math.sqrt(itemCount))][];
        for (int topic = 0; topic < topics.length; topic++) {
            topics[topic] = around(new double[dim], TOPIC, axes);
        }
        for (int row = 0; row < itemCount; row++) {
            double[] topic = topics[(int) (topics.length * Math.pow(random.nextDouble(), 2))];
            double length = LENGTH * Math.exp(LENGTH_DEVIATION * random.nextGaussian());
            setItem(row, mirrored(around(topic, OWN, axes), mirrors), length);
        }
        for (int query = 0; query < queries; query++) {
            double[] topic = topics[random.nextInt(topics.length)];
            set(states, query, mirrored(around(topic, QUERY, axes), mirrors), QUERY_LENGTH);
        }
    }

    /** Returns standard deviations of the coordinates, whose squares add up to one. */
    private double[] axes(double decay) {
        double[] axes = new double[dim];
        for (int c = 0; c < dim; c++) {
            axes[c] = Math.exp(-c / decay);
        }
        return unit(axes);
    }

    private static double[] unit(double[] vector) {
        double length = Math.sqrt(dot(vector, vector));
        for (int c = 0; c < vector.length; c++) {
            vector[c] /= length;
        }
        return vector;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int c = 0; c < a.length; c++) {
            sum += a[c] * b[c];
        }
        return sum;
    }

    private double[] around(double[] centre, double deviation, double[] axes) {
        double[] vector = new double[dim];
        for (int c = 0; c < dim; c++) {
            vector[c] = centre[c] + deviation * axes[c] * random.nextGaussian();
        }
        return vector;
    }

    /** Reflects a vector, so that the principal axes differ from the coordinate axes. */
    private static double[] mirrored(double[] vector, double[][] mirrors) {
        for (double[] mirror : mirrors) {
            double twice = 2 * dot(vector, mirror);
            for (int c = 0; c < vector.length; c++) {
                vector[c] -= twice * mirror[c];
            }
        }
        return vector;
    }

    private void setItem(int row, double[] vector, double length) {
        set(items.chunk(row / RowTable.CHUNK_ROWS), row % RowTable.CHUNK_ROWS, vector, length);
    }

    private void set(Matrix to, int row, double[] vector, double length) {
        for (int c = 0; c < dim; c++) {
            to.set(row, c, (float) (length * vector[c]));
        }
    }

    RowTable items() {
        return items;
    }

    Matrix states() {
        return states;
    }

    @Override
    public void close() {
        items.close();
        block.close();
    }
}
