package io.freshet.lab.kernel;

import io.freshet.lab.yardstick.SgemmRate;
import java.time.Duration;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Limit of arithmetic: OpenBLAS's rate at 1024³ on the same number of threads. It is measured again after each iteration,
 * in the same JVM, so that a busy or throttled machine slows both. JMH reports the values of the public methods as counters
 * of the iteration.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class SgemmLimit {
    static final String FLOPS = "flops";
    static final String SGEMM = "sgemm";

    private static final Duration AT_LEAST = Duration.ofMillis(60);

    private final SgemmRate rate = new SgemmRate();
    private double flops;
    private int threads = 1;
    private double gigaflops;

    /** Sets the floating-point operations of a call. To be called in each invocation. */
    public void perCall(double count) {
        flops = count;
    }

    /**
     * Sets the floating-point operations of a call, and the number of threads that share them. To be called in each
     * invocation.
     */
    public void perCall(double count, int threadCount) {
        flops = count;
        threads = threadCount;
    }

    @TearDown(Level.Iteration)
    public void measure() {
        gigaflops = rate.measure(threads, AT_LEAST) / 1e9;
    }

    /** Returns the floating-point operations of a call. */
    public double flops() {
        return flops;
    }

    /** Returns the GFLOP/s of the last measurement. */
    public double sgemm() {
        return gigaflops;
    }

    @TearDown
    public void free() {
        rate.close();
    }
}
