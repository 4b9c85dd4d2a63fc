package io.freshet.tensor;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Kernels over single rows: {@code count} floats, a multiple of {@link Lanes#COUNT}, from a byte of their memory on. */
public final class Rows {
    private static final long VECTOR = (long) Lanes.COUNT * Float.BYTES;

    private Rows() {}

    /** {@code Σ a·b}. */
    public static float dot(MemorySegment a, long aAt, MemorySegment b, long bAt, int count) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (long i = 0; i < (long) count * Float.BYTES; i += VECTOR) {
            sum = Lanes.load(a, aAt + i).fma(Lanes.load(b, bAt + i), sum);
        }
        return Lanes.sum(sum);
    }

    /** {@code to += from}. */
    public static void add(MemorySegment from, long fromAt, MemorySegment to, long toAt, int count) {
        for (long i = 0; i < (long) count * Float.BYTES; i += VECTOR) {
            Lanes.store(Lanes.load(to, toAt + i).add(Lanes.load(from, fromAt + i)), to, toAt + i);
        }
    }

    /** {@code to += factor · from}. */
    public static void addScaled(
            MemorySegment from, long fromAt, float factor, MemorySegment to, long toAt, int count) {
        FloatVector scale = FloatVector.broadcast(Lanes.FLOATS, factor);
        for (long i = 0; i < (long) count * Float.BYTES; i += VECTOR) {
            Lanes.store(Lanes.load(from, fromAt + i).fma(scale, Lanes.load(to, toAt + i)), to, toAt + i);
        }
    }

    /** {@code to = factor · from}. */
    public static void scale(MemorySegment from, long fromAt, float factor, MemorySegment to, long toAt, int count) {
        for (long i = 0; i < (long) count * Float.BYTES; i += VECTOR) {
            Lanes.store(Lanes.load(from, fromAt + i).mul(factor), to, toAt + i);
        }
    }
}
