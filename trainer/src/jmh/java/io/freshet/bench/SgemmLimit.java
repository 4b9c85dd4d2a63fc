package io.freshet.bench;

import io.freshet.tensor.SgemmRate;
import java.time.Duration;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What arithmetic is held against: OpenBLAS's rate at 1024³ on as many threads, measured anew after each iteration in the
 * JVM that ran it, so that a busy or throttled machine slows both. JMH takes the public methods' numbers for counters of
 * the iteration.
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

    /** To be said in each call: its floating-point operations. */
    public void perCall(double count) {
        flops = count;
    }

    /** To be said in each call: its floating-point operations, and how many threads share them. */
    public void perCall(double count, int threadCount) {
        flops = count;
        threads = threadCount;
    }

    @TearDown(Level.Iteration)
    public void measure() {
        gigaflops = rate.measure(threads, AT_LEAST) / 1e9;
    }

    /** Of a call. */
    public double flops() {
        return flops;
    }

    /** GFLOP/s of the last measurement. */
    public double sgemm() {
        return gigaflops;
    }

    @TearDown
    public void free() {
        rate.close();
    }
}
