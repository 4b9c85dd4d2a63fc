package io.freshet.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products by Vector API kernels. The result is cut into tiles of six rows by four vectors whose 24 sums stay in
 * registers while one row of {@code b} after another is multiplied in; with 64 columns, the default width of a model, a
 * tile takes the whole row. A tile with fewer rows than its kernel computes its last row again, to the same bits.
 *
 * <p>Each element is summed over {@code k} in ascending order by fused multiply-adds, so its bits depend on its own row
 * and column alone, not on the tile it fell into.
 *
 * <p>The kernels call the Vector API itself, not {@link Lanes}: they are so large that C2 inlines nothing more into them
 * than what the JDK marks for it, and a vector that goes through a call is an object.
 */
public final class VectorProducts implements Products {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
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
        long d1 = cAt + r1 * cRow;
        long d2 = cAt + r2 * cRow;
        long d3 = cAt + r3 * cRow;
        long d4 = cAt + r4 * cRow;
        long d5 = cAt + r5 * cRow;
        FloatVector c00 = FloatVector.zero(FLOATS);
        FloatVector c01 = FloatVector.zero(FLOATS);
        FloatVector c02 = FloatVector.zero(FLOATS);
        FloatVector c03 = FloatVector.zero(FLOATS);
        FloatVector c10 = FloatVector.zero(FLOATS);
        FloatVector c11 = FloatVector.zero(FLOATS);
        FloatVector c12 = FloatVector.zero(FLOATS);
        FloatVector c13 = FloatVector.zero(FLOATS);
        FloatVector c20 = FloatVector.zero(FLOATS);
        FloatVector c21 = FloatVector.zero(FLOATS);
        FloatVector c22 = FloatVector.zero(FLOATS);
        FloatVector c23 = FloatVector.zero(FLOATS);
        FloatVector c30 = FloatVector.zero(FLOATS);
        FloatVector c31 = FloatVector.zero(FLOATS);
        FloatVector c32 = FloatVector.zero(FLOATS);
        FloatVector c33 = FloatVector.zero(FLOATS);
        FloatVector c40 = FloatVector.zero(FLOATS);
        FloatVector c41 = FloatVector.zero(FLOATS);
        FloatVector c42 = FloatVector.zero(FLOATS);
        FloatVector c43 = FloatVector.zero(FLOATS);
        FloatVector c50 = FloatVector.zero(FLOATS);
        FloatVector c51 = FloatVector.zero(FLOATS);
        FloatVector c52 = FloatVector.zero(FLOATS);
        FloatVector c53 = FloatVector.zero(FLOATS);
        if (accumulate) {
            c00 = FloatVector.fromMemorySegment(FLOATS, c, cAt, ORDER);
            c01 = FloatVector.fromMemorySegment(FLOATS, c, cAt + VECTOR, ORDER);
            c02 = FloatVector.fromMemorySegment(FLOATS, c, cAt + 2 * VECTOR, ORDER);
            c03 = FloatVector.fromMemorySegment(FLOATS, c, cAt + 3 * VECTOR, ORDER);
            c10 = FloatVector.fromMemorySegment(FLOATS, c, d1, ORDER);
            c11 = FloatVector.fromMemorySegment(FLOATS, c, d1 + VECTOR, ORDER);
            c12 = FloatVector.fromMemorySegment(FLOATS, c, d1 + 2 * VECTOR, ORDER);
            c13 = FloatVector.fromMemorySegment(FLOATS, c, d1 + 3 * VECTOR, ORDER);
            c20 = FloatVector.fromMemorySegment(FLOATS, c, d2, ORDER);
            c21 = FloatVector.fromMemorySegment(FLOATS, c, d2 + VECTOR, ORDER);
            c22 = FloatVector.fromMemorySegment(FLOATS, c, d2 + 2 * VECTOR, ORDER);
            c23 = FloatVector.fromMemorySegment(FLOATS, c, d2 + 3 * VECTOR, ORDER);
            c30 = FloatVector.fromMemorySegment(FLOATS, c, d3, ORDER);
            c31 = FloatVector.fromMemorySegment(FLOATS, c, d3 + VECTOR, ORDER);
            c32 = FloatVector.fromMemorySegment(FLOATS, c, d3 + 2 * VECTOR, ORDER);
            c33 = FloatVector.fromMemorySegment(FLOATS, c, d3 + 3 * VECTOR, ORDER);
            c40 = FloatVector.fromMemorySegment(FLOATS, c, d4, ORDER);
            c41 = FloatVector.fromMemorySegment(FLOATS, c, d4 + VECTOR, ORDER);
            c42 = FloatVector.fromMemorySegment(FLOATS, c, d4 + 2 * VECTOR, ORDER);
            c43 = FloatVector.fromMemorySegment(FLOATS, c, d4 + 3 * VECTOR, ORDER);
            c50 = FloatVector.fromMemorySegment(FLOATS, c, d5, ORDER);
            c51 = FloatVector.fromMemorySegment(FLOATS, c, d5 + VECTOR, ORDER);
            c52 = FloatVector.fromMemorySegment(FLOATS, c, d5 + 2 * VECTOR, ORDER);
            c53 = FloatVector.fromMemorySegment(FLOATS, c, d5 + 3 * VECTOR, ORDER);
        }
        for (int i = 0; i < k; i++) {
            long bi = bAt + i * bRow;
            FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, bi, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, b, bi + VECTOR, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(FLOATS, b, bi + 2 * VECTOR, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(FLOATS, b, bi + 3 * VECTOR, ORDER);
            long ai = aAt + i * aColumn;
            FloatVector x0 = FloatVector.broadcast(FLOATS, a.get(FLOAT, ai));
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(FLOATS, a.get(FLOAT, ai + a1));
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c13 = x1.fma(b3, c13);
            FloatVector x2 = FloatVector.broadcast(FLOATS, a.get(FLOAT, ai + a2));
            c20 = x2.fma(b0, c20);
            c21 = x2.fma(b1, c21);
            c22 = x2.fma(b2, c22);
            c23 = x2.fma(b3, c23);
            FloatVector x3 = FloatVector.broadcast(FLOATS, a.get(FLOAT, ai + a3));
            c30 = x3.fma(b0, c30);
            c31 = x3.fma(b1, c31);
            c32 = x3.fma(b2, c32);
            c33 = x3.fma(b3, c33);
            FloatVector x4 = FloatVector.broadcast(FLOATS, a.get(FLOAT, ai + a4));
            c40 = x4.fma(b0, c40);
            c41 = x4.fma(b1, c41);
            c42 = x4.fma(b2, c42);
            c43 = x4.fma(b3, c43);
            FloatVector x5 = FloatVector.broadcast(FLOATS, a.get(FLOAT, ai + a5));
            c50 = x5.fma(b0, c50);
            c51 = x5.fma(b1, c51);
            c52 = x5.fma(b2, c52);
            c53 = x5.fma(b3, c53);
        }
        c50.intoMemorySegment(c, d5, ORDER);
        c51.intoMemorySegment(c, d5 + VECTOR, ORDER);
        c52.intoMemorySegment(c, d5 + 2 * VECTOR, ORDER);
        c53.intoMemorySegment(c, d5 + 3 * VECTOR, ORDER);
        c40.intoMemorySegment(c, d4, ORDER);
        c41.intoMemorySegment(c, d4 + VECTOR, ORDER);
        c42.intoMemorySegment(c, d4 + 2 * VECTOR, ORDER);
        c43.intoMemorySegment(c, d4 + 3 * VECTOR, ORDER);
        c30.intoMemorySegment(c, d3, ORDER);
        c31.intoMemorySegment(c, d3 + VECTOR, ORDER);
        c32.intoMemorySegment(c, d3 + 2 * VECTOR, ORDER);
        c33.intoMemorySegment(c, d3 + 3 * VECTOR, ORDER);
        c20.intoMemorySegment(c, d2, ORDER);
        c21.intoMemorySegment(c, d2 + VECTOR, ORDER);
        c22.intoMemorySegment(c, d2 + 2 * VECTOR, ORDER);
        c23.intoMemorySegment(c, d2 + 3 * VECTOR, ORDER);
        c10.intoMemorySegment(c, d1, ORDER);
        c11.intoMemorySegment(c, d1 + VECTOR, ORDER);
        c12.intoMemorySegment(c, d1 + 2 * VECTOR, ORDER);
        c13.intoMemorySegment(c, d1 + 3 * VECTOR, ORDER);
        c00.intoMemorySegment(c, cAt, ORDER);
        c01.intoMemorySegment(c, cAt + VECTOR, ORDER);
        c02.intoMemorySegment(c, cAt + 2 * VECTOR, ORDER);
        c03.intoMemorySegment(c, cAt + 3 * VECTOR, ORDER);
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
        long d1 = cAt + r1 * cRow;
        FloatVector c00 = FloatVector.zero(FLOATS);
        FloatVector c01 = FloatVector.zero(FLOATS);
        FloatVector c02 = FloatVector.zero(FLOATS);
        FloatVector c03 = FloatVector.zero(FLOATS);
        FloatVector c10 = FloatVector.zero(FLOATS);
        FloatVector c11 = FloatVector.zero(FLOATS);
        FloatVector c12 = FloatVector.zero(FLOATS);
        FloatVector c13 = FloatVector.zero(FLOATS);
        if (accumulate) {
            c00 = FloatVector.fromMemorySegment(FLOATS, c, cAt, ORDER);
            c01 = FloatVector.fromMemorySegment(FLOATS, c, cAt + VECTOR, ORDER);
            c02 = FloatVector.fromMemorySegment(FLOATS, c, cAt + 2 * VECTOR, ORDER);
            c03 = FloatVector.fromMemorySegment(FLOATS, c, cAt + 3 * VECTOR, ORDER);
            c10 = FloatVector.fromMemorySegment(FLOATS, c, d1, ORDER);
            c11 = FloatVector.fromMemorySegment(FLOATS, c, d1 + VECTOR, ORDER);
            c12 = FloatVector.fromMemorySegment(FLOATS, c, d1 + 2 * VECTOR, ORDER);
            c13 = FloatVector.fromMemorySegment(FLOATS, c, d1 + 3 * VECTOR, ORDER);
        }
        for (int i = 0; i < k; i++) {
            long bi = bAt + i * bRow;
            FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, bi, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(FLOATS, b, bi + VECTOR, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(FLOATS, b, bi + 2 * VECTOR, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(FLOATS, b, bi + 3 * VECTOR, ORDER);
            long ai = aAt + i * aColumn;
            FloatVector x0 = FloatVector.broadcast(FLOATS, a.get(FLOAT, ai));
            c00 = x0.fma(b0, c00);
            c01 = x0.fma(b1, c01);
            c02 = x0.fma(b2, c02);
            c03 = x0.fma(b3, c03);
            FloatVector x1 = FloatVector.broadcast(FLOATS, a.get(FLOAT, ai + a1));
            c10 = x1.fma(b0, c10);
            c11 = x1.fma(b1, c11);
            c12 = x1.fma(b2, c12);
            c13 = x1.fma(b3, c13);
        }
        c10.intoMemorySegment(c, d1, ORDER);
        c11.intoMemorySegment(c, d1 + VECTOR, ORDER);
        c12.intoMemorySegment(c, d1 + 2 * VECTOR, ORDER);
        c13.intoMemorySegment(c, d1 + 3 * VECTOR, ORDER);
        c00.intoMemorySegment(c, cAt, ORDER);
        c01.intoMemorySegment(c, cAt + VECTOR, ORDER);
        c02.intoMemorySegment(c, cAt + 2 * VECTOR, ORDER);
        c03.intoMemorySegment(c, cAt + 3 * VECTOR, ORDER);
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
        long d1 = cAt + r1 * cRow;
        long d2 = cAt + r2 * cRow;
        long d3 = cAt + r3 * cRow;
        long d4 = cAt + r4 * cRow;
        long d5 = cAt + r5 * cRow;
        FloatVector c00 = FloatVector.zero(FLOATS);
        FloatVector c10 = FloatVector.zero(FLOATS);
        FloatVector c20 = FloatVector.zero(FLOATS);
        FloatVector c30 = FloatVector.zero(FLOATS);
        FloatVector c40 = FloatVector.zero(FLOATS);
        FloatVector c50 = FloatVector.zero(FLOATS);
        if (accumulate) {
            c00 = FloatVector.fromMemorySegment(FLOATS, c, cAt, ORDER);
            c10 = FloatVector.fromMemorySegment(FLOATS, c, d1, ORDER);
            c20 = FloatVector.fromMemorySegment(FLOATS, c, d2, ORDER);
            c30 = FloatVector.fromMemorySegment(FLOATS, c, d3, ORDER);
            c40 = FloatVector.fromMemorySegment(FLOATS, c, d4, ORDER);
            c50 = FloatVector.fromMemorySegment(FLOATS, c, d5, ORDER);
        }
        for (int i = 0; i < k; i++) {
            long bi = bAt + i * bRow;
            FloatVector b0 = FloatVector.fromMemorySegment(FLOATS, b, bi, ORDER);
            long ai = aAt + i * aColumn;
            FloatVector x0 = FloatVector.broadcast(FLOATS, a.get(FLOAT, ai));
            c00 = x0.fma(b0, c00);
            FloatVector x1 = FloatVector.broadcast(FLOATS, a.get(FLOAT, ai + a1));
            c10 = x1.fma(b0, c10);
            FloatVector x2 = FloatVector.broadcast(FLOATS, a.get(FLOAT, ai + a2));
            c20 = x2.fma(b0, c20);
            FloatVector x3 = FloatVector.broadcast(FLOATS, a.get(FLOAT, ai + a3));
            c30 = x3.fma(b0, c30);
            FloatVector x4 = FloatVector.broadcast(FLOATS, a.get(FLOAT, ai + a4));
            c40 = x4.fma(b0, c40);
            FloatVector x5 = FloatVector.broadcast(FLOATS, a.get(FLOAT, ai + a5));
            c50 = x5.fma(b0, c50);
        }
        c50.intoMemorySegment(c, d5, ORDER);
        c40.intoMemorySegment(c, d4, ORDER);
        c30.intoMemorySegment(c, d3, ORDER);
        c20.intoMemorySegment(c, d2, ORDER);
        c10.intoMemorySegment(c, d1, ORDER);
        c00.intoMemorySegment(c, cAt, ORDER);
    }
}
