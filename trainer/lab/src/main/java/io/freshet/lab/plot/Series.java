package io.freshet.lab.plot;

import java.util.Arrays;

/**
 * A line of a plot.
 *
 * @param x ascending values, as many as in {@code y}
 * @param emphasis whether the line is the subject of the plot, and drawn thicker
 */
@SuppressWarnings("ArrayRecordComponent") // never compared: it only carries the points
public record Series(String name, double[] x, double[] y, boolean emphasis) {
    public Series {
        if (x.length != y.length || x.length == 0) {
            throw new IllegalArgumentException(
                    "a line must have points, each with x and y: name=" + name + " x=" + x.length + " y=" + y.length);
        }
    }

    double lastX() {
        return x[x.length - 1];
    }

    double lastY() {
        return y[y.length - 1];
    }

    double highest() {
        return Arrays.stream(y).max().orElse(0);
    }
}
