package io.freshet.service.catalogue;

/**
 * The normal equations of a ridge regression from sparse features to vectors, {@code (XᵀX + λI) W = XᵀY}. They are added up
 * example by example, and solved once by a Cholesky decomposition, in place. Not thread-safe.
 *
 * <p>They take {@code 4 f² + 8 f d} bytes for f features. The decomposition takes {@code f³ / 6} multiply-adds.
 */
final class RidgeEquations {
    private final double[][] products; // lower triangle of XᵀX + λI (f, f), then of its Cholesky factor
    private final double[][] targets; // XᵀY (f, d), then the solution

    RidgeEquations(int features, int dim, double ridge) {
        products = new double[features][];
        for (int i = 0; i < features; i++) {
            products[i] = new double[i + 1];
            products[i][i] = ridge;
        }
        targets = new double[features][dim];
    }

    /**
     * Adds an example.
     *
     * @param features numbers of its features that are not zero, ascending
     * @param values (features)
     * @param count number of these features
     * @param target (d)
     */
    void add(int[] features, float[] values, int count, float[] target) {
        for (int a = 0; a < count; a++) {
            double[] line = products[features[a]];
            double value = values[a];
            for (int b = 0; b <= a; b++) {
                line[features[b]] += value * values[b];
            }
            double[] to = targets[features[a]];
            for (int c = 0; c < to.length; c++) {
                to[c] += value * target[c];
            }
        }
    }

    /** Returns W (f, d). Afterwards the equations are of no use. */
    float[][] solve() {
        decompose();
        for (int i = 0; i < products.length; i++) {
            for (int k = 0; k < i; k++) {
                subtract(targets[k], products[i][k], targets[i]);
            }
            divide(targets[i], products[i][i]);
        }
        for (int i = products.length - 1; i >= 0; i--) {
            for (int k = i + 1; k < products.length; k++) {
                subtract(targets[k], products[k][i], targets[i]);
            }
            divide(targets[i], products[i][i]);
        }
        float[][] solution = new float[targets.length][];
        for (int i = 0; i < solution.length; i++) {
            solution[i] = new float[targets[i].length];
            for (int c = 0; c < solution[i].length; c++) {
                solution[i][c] = (float) targets[i][c];
            }
        }
        return solution;
    }

    /** Replaces the triangle by L with {@code L Lᵀ = XᵀX + λI}, row by row. */
    private void decompose() {
        for (int i = 0; i < products.length; i++) {
            double[] line = products[i];
            for (int j = 0; j < i; j++) {
                line[j] = (line[j] - dot(line, products[j], j)) / products[j][j];
            }
            line[i] = Math.sqrt(line[i] - dot(line, line, i)); // the difference is at least λ
        }
    }

    /** Returns the inner product of the first numbers of two lines, in four sums, which do not wait for each other. */
    private static double dot(double[] a, double[] b, int count) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            sum0 += a[i] * b[i];
            sum1 += a[i + 1] * b[i + 1];
            sum2 += a[i + 2] * b[i + 2];
            sum3 += a[i + 3] * b[i + 3];
        }
        for (; i < count; i++) {
            sum0 += a[i] * b[i];
        }
        return sum0 + sum1 + (sum2 + sum3);
    }

    private static void subtract(double[] from, double factor, double[] to) {
        for (int c = 0; c < to.length; c++) {
            to[c] -= factor * from[c];
        }
    }

    private static void divide(double[] line, double by) {
        for (int c = 0; c < line.length; c++) {
            line[c] /= by;
        }
    }
}
