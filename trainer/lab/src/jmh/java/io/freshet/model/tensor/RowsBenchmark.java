package io.freshet.model.tensor;

import io.freshet.lab.kernel.CopyLimit;
import io.freshet.lab.kernel.KernelBenchmark;
import org.openjdk.jmh.annotations.Benchmark;

/**
 * Kernels over single rows, called for 256 rows one by one. Biases, residuals and sums of gradients are computed with them.
 */
public class RowsBenchmark extends KernelBenchmark {
    private static final int ROWS = 256;
    private static final long MATRIX_BYTES = ROWS * ROW_BYTES;

    private final Matrix from = data.matrix(ROWS, D);
    private final Matrix to = data.matrix(ROWS, D);

    @Benchmark
    public void add(CopyLimit limit) {
        limit.perCall(3 * MATRIX_BYTES, 2 * MATRIX_BYTES);
        for (int row = 0; row < ROWS; row++) {
            Rows.add(from.memory(), from.at(row), to.memory(), to.at(row), D);
        }
    }

    @Benchmark
    public void addScaled(CopyLimit limit) {
        limit.perCall(3 * MATRIX_BYTES, 2 * MATRIX_BYTES);
        for (int row = 0; row < ROWS; row++) {
            Rows.addScaled(from.memory(), from.at(row), 1e-6f, to.memory(), to.at(row), D);
        }
    }

    @Benchmark
    public void scale(CopyLimit limit) {
        limit.perCall(2 * MATRIX_BYTES);
        for (int row = 0; row < ROWS; row++) {
            Rows.scale(from.memory(), from.at(row), 0.5f, to.memory(), to.at(row), D);
        }
    }

    @Benchmark
    public float dot(CopyLimit limit) {
        limit.perCall(2 * MATRIX_BYTES);
        float sum = 0;
        for (int row = 0; row < ROWS; row++) {
            sum += Rows.dot(from.memory(), from.at(row), to.memory(), to.at(row), D);
        }
        return sum;
    }
}
