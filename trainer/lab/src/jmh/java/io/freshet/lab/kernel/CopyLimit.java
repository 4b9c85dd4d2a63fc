package io.freshet.lab.kernel;

import io.freshet.model.tensor.FloatBlock;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Limit of memory traffic: the rate at which one half of a working set of the same size is copied to the other half,
 * counting both the bytes read and the bytes written. It is measured again after each iteration, in the same JVM. JMH
 * reports the values of the public methods as counters of the iteration.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class CopyLimit {
    static final String BYTES = "bytes";
    static final String COPY = "copy";

    private static final long AT_LEAST_NANOS = 20_000_000;
    private static final long BYTES_BETWEEN_CLOCKS = 1 << 20;

    private long bytes;
    private long workingSet;
    private double gigabytes;

    /** Sets the bytes that a call reads and writes, each of them once. To be called in each invocation. */
    public void perCall(long count) {
        perCall(count, count);
    }

    /**
     * Sets the bytes that a call reads and writes, and the size of the working set that calls choose them from. To be
     * called in each invocation.
     */
    public void perCall(long count, long workingSetBytes) {
        bytes = count;
        workingSet = workingSetBytes;
    }

    @TearDown(Level.Iteration)
    public void measure() {
        try (FloatBlock block = FloatBlock.zeros(workingSet / Float.BYTES)) {
            long half = block.length() / 2 * Float.BYTES;
            long copies = Math.max(1, BYTES_BETWEEN_CLOCKS / half);
            copyHalf(block.memory(), half, copies);
            long start = System.nanoTime();
            long done = 0;
            long nanos = 0;
            while (nanos < AT_LEAST_NANOS) {
                copyHalf(block.memory(), half, copies);
                done += copies;
                nanos = System.nanoTime() - start;
            }
            gigabytes = 2.0 * half * done / nanos;
        }
    }

    private static void copyHalf(MemorySegment memory, long half, long times) {
        for (long i = 0; i < times; i++) {
            MemorySegment.copy(memory, 0, memory, half, half);
        }
    }

    /** Returns the bytes of a call. */
    public long bytes() {
        return bytes;
    }

    /** Returns the GB/s of the last measurement. */
    public double copy() {
        return gigabytes;
    }
}
