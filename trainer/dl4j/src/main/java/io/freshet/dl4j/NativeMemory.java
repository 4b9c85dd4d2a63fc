package io.freshet.dl4j;

import io.freshet.tensor.TensorMemory;
import java.util.concurrent.atomic.AtomicLong;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Memory of DL4J's intermediate results. It is outside the heap and freed when the garbage collector finds that its small object on the
 * heap is gone, so that a process that makes little garbage on the heap would grow and grow.
 */
final class NativeMemory {
    /** How much the process may grow until the garbage collector is asked. */
    private static final long GROWTH = 1L << 30;

    /** Resident memory from which the growth counts. */
    private static final AtomicLong FLOOR = new AtomicLong(Long.MAX_VALUE);

    private NativeMemory() {}

    /** Frees an array that nothing else will read; a view of another's memory stays. */
    static void free(INDArray array) {
        if (!array.wasClosed() && array.closeable()) {
            array.close();
        }
    }

    /** Asks for a garbage collection where the process has grown by {@link #GROWTH} since the last one. */
    static void collectWhatIsLeft() {
        long now = TensorMemory.processBytes();
        long floor = FLOOR.accumulateAndGet(now, Math::min);
        if (now - floor > GROWTH && FLOOR.compareAndSet(floor, now)) {
            System.gc();
        }
    }
}
