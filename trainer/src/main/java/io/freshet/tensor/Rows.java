package io.freshet.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/** Kernels over single rows: {@code count} floats, a multiple of {@link Lanes#COUNT}, from a byte of their memory on. */
public final class Rows {
    private static final long VECTOR = (long) Lanes.COUNT * Float.BYTES;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private Rows() {}

    /** {@code Σ a·b}. */
    public static float dot(MemorySegment a, long aAt, MemorySegment b, long bAt, int count) {
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        for (long i = 0; i < (long) count * Float.BYTES; i += VECTOR) {
            sum = Lanes.load(a, aAt + i).fma(Lanes.load(b, bAt + i), sum);
        }
        return Lanes.sum(sum);
    }

    /**
     * {@code to[i] = Σ a[i]·b}: the inner products of {@code rows} rows that lie end to end with one vector, each to the
     * bits of {@link #dot}.
     */
    public static void dots(
            MemorySegment a, long aAt, int rows, MemorySegment b, long bAt, int count, MemorySegment to, long toAt) {
        if (count == 4 * Lanes.COUNT) {
            dotsOfFour(a, aAt, rows, b, bAt, to, toAt);
        } else {
            long rowBytes = (long) count * Float.BYTES;
            for (int row = 0; row < rows; row++) {
                to.set(FLOAT, toAt + (long) row * Float.BYTES, dot(a, aAt + row * rowBytes, b, bAt, count));
            }
        }
    }

    /**
     * Rows of four vectors, the default width of a model on 512 bits: the other operand stays in registers. Four rows at a time,
     * one of each quarter, share the shuffles of their sums; and each quarter is a stream of its own to the hardware, which
     * fetches ahead within a page of memory and so of four.
     */
    private static void dotsOfFour(
            MemorySegment a, long aAt, int rows, MemorySegment b, long bAt, MemorySegment to, long toAt) {
        int quarter = rows / 4;
        dotsOfQuarters(a, aAt, quarter, b, bAt, to, toAt);
        for (int row = 4 * quarter; row < rows; row++) {
            float dot = dot(a, aAt + row * (4 * VECTOR), b, bAt, 4 * Lanes.COUNT);
            to.set(FLOAT, toAt + (long) row * Float.BYTES, dot);
        }
    }

    private static void dotsOfQuarters(
            MemorySegment a, long aAt, int quarter, MemorySegment b, long bAt, MemorySegment to, long toAt) {
        FloatVector b0 = Lanes.load(b, bAt);
        FloatVector b1 = Lanes.load(b, bAt + VECTOR);
        FloatVector b2 = Lanes.load(b, bAt + 2 * VECTOR);
        FloatVector b3 = Lanes.load(b, bAt + 3 * VECTOR);
        FloatVector zero = FloatVector.zero(Lanes.FLOATS);
        long apart = quarter * (4 * VECTOR);
        long toApart = (long) quarter * Float.BYTES;
        for (int row = 0; row < quarter; row++) {
            long at = aAt + row * (4 * VECTOR);
            FloatVector first = Lanes.load(a, at).fma(b0, zero);
            FloatVector second = Lanes.load(a, at + apart).fma(b0, zero);
            FloatVector third = Lanes.load(a, at + 2 * apart).fma(b0, zero);
            FloatVector fourth = Lanes.load(a, at + 3 * apart).fma(b0, zero);
            first = Lanes.load(a, at + VECTOR).fma(b1, first);
            second = Lanes.load(a, at + apart + VECTOR).fma(b1, second);
            third = Lanes.load(a, at + 2 * apart + VECTOR).fma(b1, third);
            fourth = Lanes.load(a, at + 3 * apart + VECTOR).fma(b1, fourth);
            first = Lanes.load(a, at + 2 * VECTOR).fma(b2, first);
            second = Lanes.load(a, at + apart + 2 * VECTOR).fma(b2, second);
            third = Lanes.load(a, at + 2 * apart + 2 * VECTOR).fma(b2, third);
            fourth = Lanes.load(a, at + 3 * apart + 2 * VECTOR).fma(b2, fourth);
            first = Lanes.load(a, at + 3 * VECTOR).fma(b3, first);
            second = Lanes.load(a, at + apart + 3 * VECTOR).fma(b3, second);
            third = Lanes.load(a, at + 2 * apart + 3 * VECTOR).fma(b3, third);
            fourth = Lanes.load(a, at + 3 * apart + 3 * VECTOR).fma(b3, fourth);
            FloatVector sums = Lanes.sums(first, second, third, fourth);
            long toRow = toAt + (long) row * Float.BYTES;
            to.set(FLOAT, toRow, sums.lane(0));
            to.set(FLOAT, toRow + toApart, sums.lane(Lanes.COUNT / 4));
            to.set(FLOAT, toRow + 2 * toApart, sums.lane(Lanes.COUNT / 2));
            to.set(FLOAT, toRow + 3 * toApart, sums.lane(3 * Lanes.COUNT / 4));
        }
    }

    /**
     * {@code to[i] = Σ table[rows[from + i]]·b}: the inner products of rows of a table, wherever they stand, with one vector,
     * each to the bits of {@link #dot}.
     */
    public static void dots(
            RowTable table, int[] rows, int from, int count, MemorySegment b, long bAt, MemorySegment to, long toAt) {
        if (table.dim() == 4 * Lanes.COUNT) {
            dotsOfFour(table, rows, from, count, b, bAt, to, toAt);
        } else {
            for (int i = 0; i < count; i++) {
                int row = rows[from + i];
                float dot = dot(table.memory(row), table.at(row), b, bAt, table.dim());
                to.set(FLOAT, toAt + (long) i * Float.BYTES, dot);
            }
        }
    }

    private static void dotsOfFour(
            RowTable table, int[] rows, int from, int count, MemorySegment b, long bAt, MemorySegment to, long toAt) {
        FloatVector b0 = Lanes.load(b, bAt);
        FloatVector b1 = Lanes.load(b, bAt + VECTOR);
        FloatVector b2 = Lanes.load(b, bAt + 2 * VECTOR);
        FloatVector b3 = Lanes.load(b, bAt + 3 * VECTOR);
        FloatVector zero = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < count; i++) {
            MemorySegment a = table.memory(rows[from + i]);
            long at = table.at(rows[from + i]);
            FloatVector sum = Lanes.load(a, at).fma(b0, zero);
            sum = Lanes.load(a, at + VECTOR).fma(b1, sum);
            sum = Lanes.load(a, at + 2 * VECTOR).fma(b2, sum);
            sum = Lanes.load(a, at + 3 * VECTOR).fma(b3, sum);
            to.set(FLOAT, toAt + (long) i * Float.BYTES, Lanes.sum(sum));
        }
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
