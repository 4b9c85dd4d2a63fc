package io.freshet.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * Products by Vector API kernels. The result is cut into tiles of six rows by four vectors whose 24 sums stay in
 * registers while one row of {@code b} after another is multiplied in; with 64 columns, the default width of a model, a
 * tile takes the whole row. A tile with fewer rows than its kernel computes its last row again and does not store it.
 *
 * <p>Each element is summed over {@code k} in ascending order by fused multiply-adds, so its bits depend on its own row
 * and column alone, not on the tile it fell into.
 */
public final class VectorProducts implements Products {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final long VECTOR = (long) Lanes.COUNT * Float.BYTES;
    private static final int WIDE = 4 * Lanes.COUNT;

    @Override
    public void multiply(
            Matrix a, int aRow, Matrix b, int bRow, Matrix c, int cRow, int m, int n, int k, boolean accumulate) {
        tiles(a, a.at(aRow), a.strideBytes(), Float.BYTES, b, bRow, c, cRow, m, n, k, accumulate);
    }

    @Override
    public void multiplyTransposed(
            Matrix a, int aRow, Matrix b, int bRow, Matrix c, int cRow, int m, int n, int k, boolean accumulate) {
        tiles(a, a.at(aRow), Float.BYTES, a.strideBytes(), b, bRow, c, cRow, m, n, k, accumulate);
    }

    @Override
    public String name() {
        return "vector-" + Lanes.FLOATS.vectorBitSize();
    }

    /** {@code aRow} and {@code aColumn} are the bytes from one row, or column, of the left operand to the next. */
    private static void tiles(
            Matrix a,
            long aAt,
            long aRow,
            long aColumn,
            Matrix b,
            int bRow,
            Matrix c,
            int cRow,
            int m,
            int n,
            int k,
            boolean accumulate) {
        int column = 0;
        for (; column + WIDE <= n; column += WIDE) {
            long bAt = b.at(bRow) + (long) column * Float.BYTES;
            for (int row = 0; row < m; row += 6) {
                int rows = Math.min(6, m - row);
                long cAt = c.at(cRow + row) + (long) column * Float.BYTES;
                if (rows > 2) {
                    tile6x4(
                            a.memory(),
                            aAt + row * aRow,
                            aRow,
                            aColumn,
                            b.memory(),
                            bAt,
                            b.strideBytes(),
                            c.memory(),
                            cAt,
                            c.strideBytes(),
                            rows,
                            k,
                            accumulate);
                } else {
                    tile2x4(
                            a.memory(),
                            aAt + row * aRow,
                            aRow,
                            aColumn,
                            b.memory(),
                            bAt,
                            b.strideBytes(),
                            c.memory(),
                            cAt,
                            c.strideBytes(),
                            rows,
                            k,
                            accumulate);
                }
            }
        }
        for (; column < n; column += Lanes.COUNT) {
            long bAt = b.at(bRow) + (long) column * Float.BYTES;
            for (int row = 0; row < m; row += 6) {
                int rows = Math.min(6, m - row);
                long cAt = c.at(cRow + row) + (long) column * Float.BYTES;
                tile6x1(
                        a.memory(),
                        aAt + row * aRow,
                        aRow,
                        aColumn,
                        b.memory(),
                        bAt,
                        b.strideBytes(),
                        c.memory(),
                        cAt,
                        c.strideBytes(),
                        rows,
                        k,
                        accumulate);
            }
        }
    }

    private static void put(FloatVector sum, MemorySegment c, long at, boolean accumulate) {
        Lanes.store(accumulate ? sum.add(Lanes.load(c, at)) : sum, c, at);
    }

    /** Up to six rows by four vectors. */
    private static void tile6x4(
            MemorySegment a,
            long aAt,
            long aRow,
            long aColumn,
            MemorySegment b,
            long bAt,
            long bRow,
            MemorySegment c,
            long cAt,
            long cRow,
            int rows,
            int k,
            boolean accumulate) {
        long r1 = Math.min(1, rows - 1);
        long r2 = Math.min(2, rows - 1);
        long r3 = Math.min(3, rows - 1);
        long r4 = Math.min(4, rows - 1);
        long r5 = Math.min(5, rows - 1);
        long a1 = r1 * aRow;
        long a2 = r2 * aRow;
        long a3 = r3 * aRow;
        long a4 = r4 * aRow;
        long a5 = r5 * aRow;
        FloatVector c00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c01 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c02 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c03 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c10 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c11 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c12 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c13 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c20 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c21 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c22 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c23 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c30 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c31 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c32 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c33 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c40 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c41 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c42 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c43 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c50 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c51 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c52 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c53 = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < k; i++) {
            long bi = bAt + i * bRow;
            FloatVector b0 = Lanes.load(b, bi);
            FloatVector b1 = Lanes.load(b, bi + VECTOR);
            FloatVector b2 = Lanes.load(b, bi + 2 * VECTOR);
            FloatVector b3 = Lanes.load(b, bi + 3 * VECTOR);
            long ai = aAt + i * aColumn;
            FloatVector x0 = FloatVector.broadcast(Lanes.FLOATS, a.get(FLOAT, ai));
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(Lanes.FLOATS, a.get(FLOAT, ai + a1));
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c13 = x1.fma(b3, c13);
            FloatVector x2 = FloatVector.broadcast(Lanes.FLOATS, a.get(FLOAT, ai + a2));
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c22 = x2.fma(b2, c22);
            c23 = x2.fma(b3, c23);
            FloatVector x3 = FloatVector.broadcast(Lanes.FLOATS, a.get(FLOAT, ai + a3));
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            c32 = x3.fma(b2, c32);
            c33 = x3.fma(b3, c33);
            FloatVector x4 = FloatVector.broadcast(Lanes.FLOATS, a.get(FLOAT, ai + a4));
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
            c42 = x4.fma(b2, c42);
            c43 = x4.fma(b3, c43);
            FloatVector x5 = FloatVector.broadcast(Lanes.FLOATS, a.get(FLOAT, ai + a5));
            c50 = x5.fma(b0, c50);
            c51 = x5.fma(b1, c51);
            c52 = x5.fma(b2, c52);
            c53 = x5.fma(b3, c53);
        }
        put(c00, c, cAt, accumulate);
        put(c01, c, cAt + VECTOR, accumulate);
        put(c02, c, cAt + 2 * VECTOR, accumulate);
        put(c03, c, cAt + 3 * VECTOR, accumulate);
        if (rows > 1) {
            put(c10, c, cAt + cRow, accumulate);
            put(c11, c, cAt + cRow + VECTOR, accumulate);
            put(c12, c, cAt + cRow + 2 * VECTOR, accumulate);
            put(c13, c, cAt + cRow + 3 * VECTOR, accumulate);
        }
        if (rows > 2) {
            put(c20, c, cAt + 2 * cRow, accumulate);
            put(c21, c, cAt + 2 * cRow + VECTOR, accumulate);
            put(c22, c, cAt + 2 * cRow + 2 * VECTOR, accumulate);
            put(c23, c, cAt + 2 * cRow + 3 * VECTOR, accumulate);
        }
        if (rows > 3) {
            put(c30, c, cAt + 3 * cRow, accumulate);
            put(c31, c, cAt + 3 * cRow + VECTOR, accumulate);
            put(c32, c, cAt + 3 * cRow + 2 * VECTOR, accumulate);
            put(c33, c, cAt + 3 * cRow + 3 * VECTOR, accumulate);
        }
        if (rows > 4) {
            put(c40, c, cAt + 4 * cRow, accumulate);
            put(c41, c, cAt + 4 * cRow + VECTOR, accumulate);
            put(c42, c, cAt + 4 * cRow + 2 * VECTOR, accumulate);
            put(c43, c, cAt + 4 * cRow + 3 * VECTOR, accumulate);
        }
        if (rows > 5) {
            put(c50, c, cAt + 5 * cRow, accumulate);
            put(c51, c, cAt + 5 * cRow + VECTOR, accumulate);
            put(c52, c, cAt + 5 * cRow + 2 * VECTOR, accumulate);
            put(c53, c, cAt + 5 * cRow + 3 * VECTOR, accumulate);
        }
    }

    /** One or two rows by four vectors. */
    private static void tile2x4(
            MemorySegment a,
            long aAt,
            long aRow,
            long aColumn,
            MemorySegment b,
            long bAt,
            long bRow,
            MemorySegment c,
            long cAt,
            long cRow,
            int rows,
            int k,
            boolean accumulate) {
        long r1 = Math.min(1, rows - 1);
        long a1 = r1 * aRow;
        FloatVector c00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c01 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c02 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c03 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c10 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c11 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c12 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c13 = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < k; i++) {
            long bi = bAt + i * bRow;
            FloatVector b0 = Lanes.load(b, bi);
            FloatVector b1 = Lanes.load(b, bi + VECTOR);
            FloatVector b2 = Lanes.load(b, bi + 2 * VECTOR);
            FloatVector b3 = Lanes.load(b, bi + 3 * VECTOR);
            long ai = aAt + i * aColumn;
            FloatVector x0 = FloatVector.broadcast(Lanes.FLOATS, a.get(FLOAT, ai));
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(Lanes.FLOATS, a.get(FLOAT, ai + a1));
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c13 = x1.fma(b3, c13);
        }
        put(c00, c, cAt, accumulate);
        put(c01, c, cAt + VECTOR, accumulate);
        put(c02, c, cAt + 2 * VECTOR, accumulate);
        put(c03, c, cAt + 3 * VECTOR, accumulate);
        if (rows > 1) {
            put(c10, c, cAt + cRow, accumulate);
            put(c11, c, cAt + cRow + VECTOR, accumulate);
            put(c12, c, cAt + cRow + 2 * VECTOR, accumulate);
            put(c13, c, cAt + cRow + 3 * VECTOR, accumulate);
        }
    }

    /** Up to six rows by one vector. */
    private static void tile6x1(
            MemorySegment a,
            long aAt,
            long aRow,
            long aColumn,
            MemorySegment b,
            long bAt,
            long bRow,
            MemorySegment c,
            long cAt,
            long cRow,
            int rows,
            int k,
            boolean accumulate) {
        long r1 = Math.min(1, rows - 1);
        long r2 = Math.min(2, rows - 1);
        long r3 = Math.min(3, rows - 1);
        long r4 = Math.min(4, rows - 1);
        long r5 = Math.min(5, rows - 1);
        long a1 = r1 * aRow;
        long a2 = r2 * aRow;
        long a3 = r3 * aRow;
        long a4 = r4 * aRow;
        long a5 = r5 * aRow;
        FloatVector c00 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c10 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c20 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c30 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c40 = FloatVector.zero(Lanes.FLOATS);
        FloatVector c50 = FloatVector.zero(Lanes.FLOATS);
        for (int i = 0; i < k; i++) {
            long bi = bAt + i * bRow;
            FloatVector b0 = Lanes.load(b, bi);
            long ai = aAt + i * aColumn;
            FloatVector x0 = FloatVector.broadcast(Lanes.FLOATS, a.get(FLOAT, ai));
            c00 = x0.fma(b0, c00);
            FloatVector x1 = FloatVector.broadcast(Lanes.FLOATS, a.get(FLOAT, ai + a1));
            c10 = x1.fma(b0, c10);
            FloatVector x2 = FloatVector.broadcast(Lanes.FLOATS, a.get(FLOAT, ai + a2));
            c20 = x2.fma(b0, c20);
            FloatVector x3 = FloatVector.broadcast(Lanes.FLOATS, a.get(FLOAT, ai + a3));
            c30 = x3.fma(b0, c30);
            FloatVector x4 = FloatVector.broadcast(Lanes.FLOATS, a.get(FLOAT, ai + a4));
            c40 = x4.fma(b0, c40);
            FloatVector x5 = FloatVector.broadcast(Lanes.FLOATS, a.get(FLOAT, ai + a5));
            c50 = x5.fma(b0, c50);
        }
        put(c00, c, cAt, accumulate);
        if (rows > 1) {
            put(c10, c, cAt + cRow, accumulate);
        }
        if (rows > 2) {
            put(c20, c, cAt + 2 * cRow, accumulate);
        }
        if (rows > 3) {
            put(c30, c, cAt + 3 * cRow, accumulate);
        }
        if (rows > 4) {
            put(c40, c, cAt + 4 * cRow, accumulate);
        }
        if (rows > 5) {
            put(c50, c, cAt + 5 * cRow, accumulate);
        }
    }
}
