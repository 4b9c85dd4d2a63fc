package io.freshet.tensor;

import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;

import java.lang.foreign.ValueLayout;
import java.time.Duration;

/**
 * How fast OpenBLAS multiplies square matrices of {@value #SIZE} rows: what this machine can do, as a measure for all
 * else. Owns its matrices. While it measures, nothing else may multiply: OpenBLAS's number of threads is the process's.
 */
public final class SgemmRate implements AutoCloseable {
    private static final int SIZE = 1024;
    private static final double FLOPS = 2.0 * SIZE * SIZE * SIZE;

    private final BlasProducts products = new BlasProducts();
    private final FloatBlock block = FloatBlock.zeros(3L * SIZE * SIZE);
    private final Matrix a = Matrix.over(block.memory(), 0, SIZE);
    private final Matrix b = Matrix.over(block.memory(), (long) SIZE * SIZE, SIZE);
    private final Matrix c = Matrix.over(block.memory(), 2L * SIZE * SIZE, SIZE);

    public SgemmRate() {
        for (long i = 0; i < 2L * SIZE * SIZE; i++) {
            block.memory().setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, (i % 17 - 8) / 8f);
        }
    }

    /**
     * Floating-point operations a second, over whole products.
     *
     * @param threads of OpenBLAS, for this measurement only
     */
    public double measure(int threads, Duration atLeast) {
        blas_set_num_threads(threads);
        try {
            products.multiply(a, 0, b, 0, c, 0, SIZE, SIZE, SIZE, false); // wakes the threads
            long start = System.nanoTime();
            long nanos = 0;
            for (int done = 1; ; done++) {
                products.multiply(a, 0, b, 0, c, 0, SIZE, SIZE, SIZE, false);
                nanos = System.nanoTime() - start;
                if (nanos >= atLeast.toNanos()) {
                    return done * FLOPS * 1e9 / nanos;
                }
            }
        } finally {
            blas_set_num_threads(1);
        }
    }

    @Override
    public void close() {
        block.close();
    }
}
