package io.freshet.lab.yardstick;

import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;

import io.freshet.model.tensor.BlasProducts;
import io.freshet.model.tensor.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;

/**
 * Measures how fast OpenBLAS multiplies square matrices of {@value #SIZE} rows in this process, with the kernels that
 * it has chosen for this CPU. {@link Yardstick} measures the same with kernels chosen by name. Owns its matrices.
 * While it measures, nothing else in the process may call OpenBLAS, because the number of OpenBLAS threads is global.
 */
public final class SgemmRate implements AutoCloseable {
    private static final int SIZE = 1024;
    private static final double FLOPS = 2.0 * SIZE * SIZE * SIZE;
    private static final long ALIGNMENT = 64; // bytes, of a cache line

    private final BlasProducts products = new BlasProducts();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate(3L * SIZE * SIZE * Float.BYTES, ALIGNMENT);
    private final Matrix a = Matrix.over(memory, 0, SIZE, SIZE);
    private final Matrix b = Matrix.over(memory, (long) SIZE * SIZE, SIZE, SIZE);
    private final Matrix c = Matrix.over(memory, 2L * SIZE * SIZE, SIZE, SIZE);

    /** Allocates and fills the matrices. */
    public SgemmRate() {
        for (long i = 0; i < 2L * SIZE * SIZE; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (i % 17 - 8) / 8f);
        }
    }

    /**
     * Measures and returns the floating-point operations per second of whole products.
     *
     * @param threads number of OpenBLAS threads, for this measurement only
     */
    public double measure(int threads, Duration atLeast) {
        blas_set_num_threads(threads);
        try {
            multiply(); // wakes the threads
            long start = System.nanoTime();
            long nanos = 0;
            for (int done = 1; ; done++) {
                multiply();
                nanos = System.nanoTime() - start;
                if (nanos >= atLeast.toNanos()) {
                    return done * FLOPS * 1e9 / nanos;
                }
            }
        } finally {
            blas_set_num_threads(1);
        }
    }

    private void multiply() {
        products.multiply(a, b, c, false);
    }

    /**
     * Multiplies once and returns whether a sample of the result equals plain sums. All values are small multiples of
     * 1/8, so every order of summation is exact.
     */
    boolean isCorrect() {
        multiply();
        for (int row = 0; row < SIZE; row += 61) {
            for (int column = 0; column < SIZE; column += 61) {
                float sum = 0;
                for (int i = 0; i < SIZE; i++) {
                    sum += a.get(row, i) * b.get(i, column);
                }
                if (sum != c.get(row, column)) {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public void close() {
        arena.close();
    }
}
