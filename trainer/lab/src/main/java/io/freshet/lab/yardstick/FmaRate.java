package io.freshet.lab.yardstick;

import io.freshet.model.tensor.Lanes;
import io.freshet.model.tensor.Workers;
import java.time.Duration;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Measures the peak rate of fused multiply-adds that the Vector API reaches on this machine, in a loop that uses only
 * registers. Its twelve sums do not depend on each other, which hides a latency of four cycles on up to three units. The sums
 * and the two factors fit into the sixteen registers of AVX2. Owns its threads.
 */
final class FmaRate implements AutoCloseable {
    private static final int SUMS = 12;
    private static final double FLOPS = 2.0 * SUMS * Lanes.COUNT; // of a pass through the loop
    private static final int PASSES = 1 << 14;
    private static final int COLD_PASSES =
            64; // take half a millisecond until C2 has compiled the loop, then half a microsecond
    private static final long COMPILED_NANOS = 20_000;
    private static final Duration WARM_UP = Duration.ofMillis(300);
    private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(10);

    private final Workers workers;
    private final float[] sums; // (workers)

    /** @param most largest number of threads for {@link #measure} */
    FmaRate(int most) {
        workers = new Workers(most);
        sums = new float[most];
        warmUp();
    }

    private void warmUp() {
        long start = System.nanoTime();
        long now = start;
        boolean compiled = false;
        while (now - start < (compiled ? WARM_UP : LONGEST_WARM_UP).toNanos()) {
            long before = now;
            sums[0] += loop(COLD_PASSES, 1f, 1e-9f);
            now = System.nanoTime();
            compiled = now - before < COMPILED_NANOS;
        }
    }

    /** Returns the floating-point operations per second of all threads together, two for each multiply-add of a lane. */
    double measure(int threads, Duration atLeast) {
        long[] passes = new long[threads];
        long start = System.nanoTime();
        workers.run(threads, thread -> {
            float sum = 0;
            long done = 0;
            while (System.nanoTime() - start < atLeast.toNanos()) {
                sum += loop(PASSES, 1f, 1e-9f);
                done += PASSES;
            }
            passes[thread] = done;
            sums[thread] = sum; // kept, or the compiler would remove the computation
        });
        long nanos = System.nanoTime() - start;
        return Arrays.stream(passes).sum() * FLOPS * 1e9 / nanos;
    }

    /** Runs the loop. Each sum starts from another value, or the compiler would find that all sums are equal. */
    private static float loop(int passes, float x, float y) {
        FloatVector u = FloatVector.broadcast(Lanes.FLOATS, x);
        FloatVector v = FloatVector.broadcast(Lanes.FLOATS, y);
        FloatVector a = FloatVector.broadcast(Lanes.FLOATS, 1f);
        FloatVector b = FloatVector.broadcast(Lanes.FLOATS, 2f);
        FloatVector c = FloatVector.broadcast(Lanes.FLOATS, 3f);
        FloatVector d = FloatVector.broadcast(Lanes.FLOATS, 4f);
        FloatVector e = FloatVector.broadcast(Lanes.FLOATS, 5f);
        FloatVector f = FloatVector.broadcast(Lanes.FLOATS, 6f);
        FloatVector g = FloatVector.broadcast(Lanes.FLOATS, 7f);
        FloatVector h = FloatVector.broadcast(Lanes.FLOATS, 8f);
        FloatVector i = FloatVector.broadcast(Lanes.FLOATS, 9f);
        FloatVector j = FloatVector.broadcast(Lanes.FLOATS, 10f);
        FloatVector k = FloatVector.broadcast(Lanes.FLOATS, 11f);
        FloatVector l = FloatVector.broadcast(Lanes.FLOATS, 12f);
        for (int pass = 0; pass < passes; pass++) {
            a = u.fma(v, a);
            b = u.fma(v, b);
            c = u.fma(v, c);
            d = u.fma(v, d);
            e = u.fma(v, e);
            f = u.fma(v, f);
            g = u.fma(v, g);
            h = u.fma(v, h);
            i = u.fma(v, i);
            j = u.fma(v, j);
            k = u.fma(v, k);
            l = u.fma(v, l);
        }
        return a.add(b)
                .add(c.add(d))
                .add(e.add(f))
                .add(g.add(h))
                .add(i.add(j))
                .add(k.add(l))
                .lane(0);
    }

    @Override
    public void close() {
        workers.close();
    }
}
