package io.freshet.dl4j;

import io.freshet.model.tensor.TensorMemory;
import java.util.concurrent.atomic.AtomicLong;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Frees the memory of DL4J's intermediate results. That memory is off heap, and is freed only when the garbage
 * collector finds its small owner on the heap unreachable. Without this class, a process with little garbage on the
 * heap would grow without bound.
 */
final class NativeMemory {
    /** Bytes by which the process may grow before a garbage collection is requested. */
    private static final long GROWTH = 1L << 30;

    /** Resident memory from which the growth is counted. */
    private static final AtomicLong FLOOR = new AtomicLong(Long.MAX_VALUE);

    private NativeMemory() {}

    /** Frees an array that nothing else will read. Does nothing for a view of another array's memory. */
    static void free(INDArray array) {
        if (!array.wasClosed() && array.closeable()) {
            array.close();
        }
    }

    /** Requests a garbage collection if the process has grown by more than {@link #GROWTH} since the last request. */
    static void collectWhatIsLeft() {
        long now = TensorMemory.processBytes();
        long floor = FLOOR.accumulateAndGet(now, Math::min);
        if (now - floor > GROWTH && FLOOR.compareAndSet(floor, now)) {
            System.gc();
        }
    }
}
