package io.freshet.model.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * Kernels over single rows. A row is {@code count} floats, a multiple of {@link Lanes#WIDTH}, from a byte offset of
 * its memory on. All inner products are summed over {@link Lanes#WIDTH} virtual lanes, so all methods give the same
 * bits for the same two rows.
 */
public final class Rows {
    private static final long VECTOR = Lanes.BYTES;
    private static final long BLOCK = Lanes.BLOCK_BYTES;

    /** Whether a row of 64 floats, the default width of a model, is four vectors, so that it fits into registers. */
    private static final boolean FOUR_ARE_64 = Lanes.COUNT == Lanes.WIDTH;

    private static final int DEFAULT_WIDTH = 64;

    /** Number of blocks whose squares are summed in float before their sum is added to the sum in double. */
    private static final long RUN = 64;

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private Rows() {}

    /** {@code Σ a·b}. */
    public static float dot(MemorySegment a, long aAt, MemorySegment b, long bAt, int count) {
        FloatVector zero = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum0 = zero;
        FloatVector sum1 = zero;
        FloatVector sum2 = zero;
        FloatVector sum3 = zero;
        for (long i = 0; i < (long) count * Float.BYTES; i += BLOCK) {
            sum0 = Lanes.load(a, aAt + i).fma(Lanes.load(b, bAt + i), sum0);
            if (Lanes.COUNT <= 8) {
                sum1 = Lanes.load(a, aAt + i + VECTOR).fma(Lanes.load(b, bAt + i + VECTOR), sum1);
            }
            if (Lanes.COUNT <= 4) {
                sum2 = Lanes.load(a, aAt + i + 2 * VECTOR).fma(Lanes.load(b, bAt + i + 2 * VECTOR), sum2);
                sum3 = Lanes.load(a, aAt + i + 3 * VECTOR).fma(Lanes.load(b, bAt + i + 3 * VECTOR), sum3);
            }
        }
        return Lanes.sum(sum0, sum1, sum2, sum3);
    }

    /**
     * Computes {@code to[i] = Σ a[i]·b}, the inner products of one vector with the first rows of a matrix, which must
     * lie end to end. Each has the same bits as {@link #dot}. Four rows at a time, one from each quarter, share the shuffles of their
     * sums. Each quarter is a separate stream for the hardware, which prefetches within one page of memory, and so
     * within four pages.
     */
    public static void dotsOfAdjacent(Matrix matrix, int rows, MemorySegment b, long bAt, MemorySegment to, long toAt) {
        if (matrix.stride() != matrix.columns()) {
            throw new IllegalArgumentException(
                    "rows must lie end to end: columns=" + matrix.columns() + " stride=" + matrix.stride());
        }
        MemorySegment a = matrix.memory();
        long aAt = matrix.at(0);
        int count = matrix.columns();
        int quarter = rows / 4;
        long rowBytes = (long) count * Float.BYTES;
        if (FOUR_ARE_64 && count == DEFAULT_WIDTH) {
            dotsOf64(matrix, quarter, b, bAt, to, toAt);
        } else {
            for (int row = 0; row < quarter; row++) {
                FloatVector sums = fourDots(a, aAt + row * rowBytes, quarter * rowBytes, b, bAt, rowBytes);
                long toRow = toAt + (long) row * Float.BYTES;
                long apart = (long) quarter * Float.BYTES;
                to.set(FLOAT, toRow, sums.lane(0));
                to.set(FLOAT, toRow + apart, sums.lane(Lanes.COUNT / 4));
                to.set(FLOAT, toRow + 2 * apart, sums.lane(Lanes.COUNT / 2));
                to.set(FLOAT, toRow + 3 * apart, sums.lane(3 * Lanes.COUNT / 4));
            }
        }
        for (int row = 4 * quarter; row < rows; row++) {
            to.set(FLOAT, toAt + (long) row * Float.BYTES, dot(a, aAt + row * rowBytes, b, bAt, count));
        }
    }

    /**
     * Computes {@code to[i] = Σ a[i]·b}, the inner products of one vector with the first rows of a matrix. Each has the
     * same bits as {@link #dot}. Four neighbouring rows at a time share the shuffles of their sums.
     *
     * @param rows number of rows, which may exceed {@code a.rows()} if the memory of {@code a} has more
     */
    public static void dots(Matrix a, int rows, MemorySegment b, long bAt, MemorySegment to, long toAt) {
        int count = a.columns();
        long rowBytes = (long) count * Float.BYTES;
        int row = 0;
        for (; row + 4 <= rows; row += 4) {
            FloatVector sums = fourDots(a.memory(), a.at(row), a.strideBytes(), b, bAt, rowBytes);
            long toRow = toAt + (long) row * Float.BYTES;
            to.set(FLOAT, toRow, sums.lane(0));
            to.set(FLOAT, toRow + Float.BYTES, sums.lane(Lanes.COUNT / 4));
            to.set(FLOAT, toRow + 2 * Float.BYTES, sums.lane(Lanes.COUNT / 2));
            to.set(FLOAT, toRow + 3 * Float.BYTES, sums.lane(3 * Lanes.COUNT / 4));
        }
        for (; row < rows; row++) {
            to.set(FLOAT, toAt + (long) row * Float.BYTES, dot(a.memory(), a.at(row), b, bAt, count));
        }
    }

    /**
     * Returns the inner products of four rows that are {@code apart} bytes apart, in the first lanes of the four
     * quarters.
     */
    private static FloatVector fourDots(
            MemorySegment a, long aAt, long apart, MemorySegment b, long bAt, long rowBytes) {
        FloatVector zero = FloatVector.zero(Lanes.FLOATS);
        if (Lanes.COUNT == 16) {
            FloatVector first = zero;
            FloatVector second = zero;
            FloatVector third = zero;
            FloatVector fourth = zero;
            for (long i = 0; i < rowBytes; i += BLOCK) {
                FloatVector x = Lanes.load(b, bAt + i);
                first = Lanes.load(a, aAt + i).fma(x, first);
                second = Lanes.load(a, aAt + apart + i).fma(x, second);
                third = Lanes.load(a, aAt + 2 * apart + i).fma(x, third);
                fourth = Lanes.load(a, aAt + 3 * apart + i).fma(x, fourth);
            }
            return Lanes.sums(first, second, third, fourth);
        }
        return Lanes.sums(
                foldedDot(a, aAt, b, bAt, rowBytes),
                foldedDot(a, aAt + apart, b, bAt, rowBytes),
                foldedDot(a, aAt + 2 * apart, b, bAt, rowBytes),
                foldedDot(a, aAt + 3 * apart, b, bAt, rowBytes));
    }

    /** Returns the inner product of two rows before the lanes of the last vector are added up. */
    private static FloatVector foldedDot(MemorySegment a, long aAt, MemorySegment b, long bAt, long rowBytes) {
        FloatVector zero = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum0 = zero;
        FloatVector sum1 = zero;
        FloatVector sum2 = zero;
        FloatVector sum3 = zero;
        for (long i = 0; i < rowBytes; i += BLOCK) {
            sum0 = Lanes.load(a, aAt + i).fma(Lanes.load(b, bAt + i), sum0);
            sum1 = Lanes.load(a, aAt + i + VECTOR).fma(Lanes.load(b, bAt + i + VECTOR), sum1);
            if (Lanes.COUNT <= 4) {
                sum2 = Lanes.load(a, aAt + i + 2 * VECTOR).fma(Lanes.load(b, bAt + i + 2 * VECTOR), sum2);
                sum3 = Lanes.load(a, aAt + i + 3 * VECTOR).fma(Lanes.load(b, bAt + i + 3 * VECTOR), sum3);
            }
        }
        return Lanes.fold(sum0, sum1, sum2, sum3);
    }

    /**
     * Computes inner products for rows of 64 floats that are four vectors each. The other operand stays in registers.
     */
    private static void dotsOf64(Matrix matrix, int quarter, MemorySegment b, long bAt, MemorySegment to, long toAt) {
        MemorySegment a = matrix.memory();
        long aAt = matrix.at(0);
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
     * Computes {@code to[i] = Σ table[rows[from + i]]·b}, the inner products of one vector with any rows of a table.
     * Each has the same bits as {@link #dot}.
     *
     * @param vector b (1, d)
     * @param to receives {@code count} floats
     */
    public static void dots(RowTable table, int[] rows, int from, int count, Matrix vector, MemorySegment to) {
        if (FOUR_ARE_64 && table.dim() == DEFAULT_WIDTH) {
            dotsOf64(table, rows, from, count, vector, to);
        } else {
            for (int i = 0; i < count; i++) {
                int row = rows[from + i];
                float dot = dot(table.memory(row), table.at(row), vector.memory(), vector.at(0), table.dim());
                to.set(FLOAT, (long) i * Float.BYTES, dot);
            }
        }
    }

    private static void dotsOf64(RowTable table, int[] rows, int from, int count, Matrix vector, MemorySegment to) {
        MemorySegment b = vector.memory();
        long bAt = vector.at(0);
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
            to.set(FLOAT, (long) i * Float.BYTES, Lanes.sum(sum, zero, zero, zero));
        }
    }

    /** {@code to += from}. */
    public static void add(MemorySegment from, long fromAt, MemorySegment to, long toAt, int count) {
        for (long i = 0; i < (long) count * Float.BYTES; i += VECTOR) {
            Lanes.store(Lanes.load(to, toAt + i).add(Lanes.load(from, fromAt + i)), to, toAt + i);
        }
    }

    /**
     * Computes {@code to += Σ rows} over {@code count} columns of rows {@code first} to {@code end - 1}, in ascending
     * order.
     */
    public static void addAll(Matrix rows, int first, int end, MemorySegment to, long toAt, int count) {
        MemorySegment from = rows.memory();
        long stride = rows.strideBytes();
        for (long i = 0; i < (long) count * Float.BYTES; i += BLOCK) {
            long at = rows.at(first) + i;
            FloatVector sum0 = Lanes.load(to, toAt + i);
            FloatVector sum1 = Lanes.COUNT <= 8 ? Lanes.load(to, toAt + i + VECTOR) : sum0;
            FloatVector sum2 = Lanes.COUNT <= 4 ? Lanes.load(to, toAt + i + 2 * VECTOR) : sum0;
            FloatVector sum3 = Lanes.COUNT <= 4 ? Lanes.load(to, toAt + i + 3 * VECTOR) : sum0;
            for (int row = first; row < end; row++) {
                sum0 = Lanes.load(from, at).add(sum0);
                if (Lanes.COUNT <= 8) {
                    sum1 = Lanes.load(from, at + VECTOR).add(sum1);
                }
                if (Lanes.COUNT <= 4) {
                    sum2 = Lanes.load(from, at + 2 * VECTOR).add(sum2);
                    sum3 = Lanes.load(from, at + 3 * VECTOR).add(sum3);
                }
                at += stride;
            }
            Lanes.store(sum0, to, toAt + i);
            if (Lanes.COUNT <= 8) {
                Lanes.store(sum1, to, toAt + i + VECTOR);
            }
            if (Lanes.COUNT <= 4) {
                Lanes.store(sum2, to, toAt + i + 2 * VECTOR);
                Lanes.store(sum3, to, toAt + i + 3 * VECTOR);
            }
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

    /**
     * Returns {@code Σ x²} in double, summed in ascending blocks of {@link Lanes#WIDTH}. The result is not finite if
     * a number is not finite or is larger than about 1e18, so that its square overflows in float.
     */
    public static double squareSum(MemorySegment x, long at, long count) {
        double sum = 0;
        // Short runs are summed in float, so that few conversions are needed. The sums of the runs are added in double,
        // so that long sums keep their precision.
        long bytes = count * Float.BYTES;
        for (long run = 0; run < bytes; run += RUN * BLOCK) {
            sum += squareSumOfRun(x, at + run, Math.min(RUN * BLOCK, bytes - run));
        }
        return sum;
    }

    private static float squareSumOfRun(MemorySegment x, long at, long bytes) {
        FloatVector zero = FloatVector.zero(Lanes.FLOATS);
        FloatVector sum0 = zero;
        FloatVector sum1 = zero;
        FloatVector sum2 = zero;
        FloatVector sum3 = zero;
        for (long i = 0; i < bytes; i += BLOCK) {
            FloatVector x0 = Lanes.load(x, at + i);
            sum0 = x0.fma(x0, sum0);
            if (Lanes.COUNT <= 8) {
                FloatVector x1 = Lanes.load(x, at + i + VECTOR);
                sum1 = x1.fma(x1, sum1);
            }
            if (Lanes.COUNT <= 4) {
                FloatVector x2 = Lanes.load(x, at + i + 2 * VECTOR);
                sum2 = x2.fma(x2, sum2);
                FloatVector x3 = Lanes.load(x, at + i + 3 * VECTOR);
                sum3 = x3.fma(x3, sum3);
            }
        }
        return Lanes.sum(sum0, sum1, sum2, sum3);
    }
}
