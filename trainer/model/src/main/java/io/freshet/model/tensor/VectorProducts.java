package io.freshet.model.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix products by Vector API kernels, with the same bits on every CPU. Each element is one chain of fused
 * multiply-adds over ascending {@code k}, so its bits depend only on its own row and column, not on the tile that
 * computed it, the number of lanes, or the other rows of the product.
 *
 * <p>The result is cut into tiles whose sums stay in registers while one row of {@code b} after another is multiplied
 * in. A tile is six rows by four vectors if the CPU has 32 vector registers (AVX-512, NEON, SVE), and six rows by two
 * vectors if it has 16 (AVX2). For a tile with fewer rows than its kernel has, the kernel computes the last row
 * again, to the same bits.
 *
 * <p>Each product checks once that its operands are inside their memory. The kernels then use absolute addresses
 * without further checks, because a check for each of the ten loads between 24 multiply-adds costs a fifth of the
 * speed. Masking an address by {@link #ADDRESS} tells C2 that the address is inside {@link #ALL}, so that C2 removes
 * the check.
 *
 * <p>While a kernel computes a tile, it reads one number of each cache line of the left operand's next rows. These
 * rows are then in the first-level cache when the next tile broadcasts them. No hardware prefetches six rows that are
 * read side by side.
 *
 * <p>The kernels call the Vector API directly instead of {@link Lanes}. They are so large that C2 inlines into them
 * only methods that the JDK marks for inlining, and a vector that is passed to a call becomes an object.
 */
public final class VectorProducts implements Products {
    /** Shape of a tile. All shapes give the same bits. */
    public enum Tile {
        /** 24 sums, for CPUs with 32 vector registers. */
        SIX_BY_FOUR(4),
        /** 12 sums, for CPUs with 16 vector registers. */
        SIX_BY_TWO(2);

        private final int vectors;

        Tile(int vectors) {
            this.vectors = vectors;
        }

        /** Returns the largest shape whose sums fit into the registers of this CPU. */
        static Tile forThisCpu() {
            boolean has32 = Lanes.COUNT == Lanes.WIDTH
                    || System.getProperty("os.arch", "").equals("aarch64");
            return has32 ? SIX_BY_FOUR : SIX_BY_TWO;
        }
    }

    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final VectorSpecies<Float> FLOATS = Lanes.FLOATS;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final long VECTOR = (long) Lanes.COUNT * Float.BYTES;

    /** All memory of the process, at its own addresses. */
    private static final MemorySegment ALL = allMemory();

    /** Mask that leaves an address unchanged and shows C2 that the address is far below the end of {@link #ALL}. */
    private static final long ADDRESS = (1L << 62) - 1;

    /**
     * Mask that leaves a distance between rows or columns unchanged and shows C2 that {@code k} such distances do not
     * overflow.
     */
    private static final int STEP = (1 << 28) - 1;

    /** Used instead of the address that sums start from, if they start from zero. */
    private static final long NOTHING = 0;

    private static final int ROWS = 6;

    /** A value that a sum of numbers read ahead never has in practice. The compiler cannot know that. */
    private static final int NEVER = 0x5eed1234;

    /**
     * Number of rows of both operands that stay in the first-level cache while every tile of a transposed product
     * passes over them.
     */
    private static final int TRANSPOSED_ROWS = 96;

    private final Tile tile;

    /**
     * Sum of numbers that were read ahead. It is kept so that the compiler does not remove the reads. Its value has
     * no meaning.
     */
    @SuppressWarnings("UnusedVariable") // written so that the reads have an effect
    private int touched;

    /** Creates products with the tile that fits this CPU. */
    public VectorProducts() {
        this(Tile.forThisCpu());
    }

    /** Creates products with a tile of this shape. */
    public VectorProducts(Tile tile) {
        this.tile = tile;
    }

    // reinterpret is restricted because a wrong length reads past the memory. Each product checks its operands first.
    @SuppressWarnings("restricted")
    private static MemorySegment allMemory() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    @Override
    public void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        c.checkProduct(a.rows(), a.columns(), b);
        if (c.rows() > 0 && c.columns() > 0) {
            Operands operands = new Operands(a, false, b, c);
            if (accumulate) {
                operands.startFrom(c, c.strideBytes());
            }
            tiles(operands, c.rows(), c.columns());
        }
    }

    @Override
    public void multiplyAdding(Matrix bias, Matrix a, Matrix b, Matrix c) {
        c.checkProduct(a.rows(), a.columns(), b);
        if (c.rows() > 0 && c.columns() > 0) {
            Operands operands = new Operands(a, false, b, c);
            operands.startFrom(bias.columns(0, c.columns()), 0);
            tiles(operands, c.rows(), c.columns());
        }
    }

    @Override
    public void multiplyTransposed(Matrix a, Matrix b, Matrix c, boolean accumulate) {
        c.checkProduct(a.columns(), a.rows(), b);
        if (c.rows() > 0 && c.columns() > 0) {
            int row = 0;
            do { // a product with k = 0 is zero
                int rows = Math.min(TRANSPOSED_ROWS, b.rows() - row);
                Operands operands = new Operands(a.rows(row, rows), true, b.rows(row, rows), c);
                if (accumulate || row > 0) {
                    operands.startFrom(c, c.strideBytes());
                }
                tiles(operands, c.rows(), c.columns());
                row += rows;
            } while (row < b.rows());
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    /**
     * The operands of a product, and the tile of it that is computed next. Addresses are absolute. Distances are in
     * bytes. A kernel copies the fields to local variables before its loop.
     */
    private static final class Operands {
        final long aRow; // from one row of the left operand to the next
        final int aStep; // from one column of the left operand to the next
        final int bStep; // from one row of the right operand to the next
        final long cRow; // from one row of the result to the next
        final int k;
        long fromRow; // from one row of the values from which the sums start to the next

        long a; // first number of the left operand's rows
        long b; // first number of the right operand's columns
        long c; // first number of the result
        long from = NOTHING; // the values from which the sums of the first row start, or NOTHING
        int rows; // of the result
        long ahead; // numbers of the left operand to read ahead, one for each step of k
        int aheadStep; // from one of these numbers to the next

        Operands(Matrix a, boolean transposed, Matrix b, Matrix c) {
            aRow = transposed ? Float.BYTES : a.strideBytes();
            aStep = step(transposed ? a.strideBytes() : Float.BYTES);
            bStep = step(b.strideBytes());
            cRow = c.strideBytes();
            k = b.rows();
            this.a = a.address();
            this.b = b.address();
            this.c = c.address();
        }

        void startFrom(Matrix values, long rowBytes) {
            from = values.address();
            fromRow = rowBytes;
        }
    }

    private void tiles(Operands o, int m, int n) {
        if (n % Lanes.WIDTH != 0) {
            throw new IllegalArgumentException("columns must be a multiple of " + Lanes.WIDTH + ": n=" + n);
        }
        long a = o.a;
        long b = o.b;
        long c = o.c;
        long from = o.from;
        // If columns are adjacent, the next rows follow these rows in memory. Otherwise, and at the end, these rows are
        // read again.
        boolean adjacent = o.k > 1 && o.aStep == Float.BYTES && m >= 2 * ROWS;
        int aheadStep = adjacent ? step(((ROWS - 1) * o.aRow + (o.k - 1) * 4L) / (o.k - 1) & -4L) : 0;
        int sum = 0;
        int column = 0;
        while (column < n) {
            int vectors = vectors(n - column, m);
            long offset = (long) column * Float.BYTES;
            o.b = b + offset;
            for (int row = 0; row < m; row += ROWS) {
                boolean hasNext = adjacent && row + 2 * ROWS <= m;
                o.rows = Math.min(ROWS, m - row);
                o.ahead = a + (hasNext ? row + ROWS : row) * o.aRow;
                o.aheadStep = hasNext ? aheadStep : 0;
                o.a = a + row * o.aRow;
                o.from = from == NOTHING ? NOTHING : from + row * o.fromRow + offset;
                o.c = c + row * o.cRow + offset;
                sum += switch (vectors) {
                    case 4 -> o.rows > 2 ? tile6x4(o) : tile2x4(o);
                    case 2 -> tile6x2(o);
                    default -> tile6x1(o);
                };
            }
            column += vectors * Lanes.COUNT;
        }
        if (sum == NEVER) {
            touched = sum; // almost never: a store for each product would slow down the threads that share this object
        }
    }

    /** Returns the width of the next tiles in vectors. */
    private int vectors(int columns, int m) {
        if (columns >= 4 * Lanes.COUNT && (tile.vectors == 4 || m <= 2)) {
            return 4;
        }
        return columns >= 2 * Lanes.COUNT ? 2 : 1;
    }

    private static int step(long bytes) {
        if (bytes < 0 || bytes > STEP) {
            throw new IllegalArgumentException("rows must be at most " + STEP + " bytes apart: bytes=" + bytes);
        }
        return (int) bytes;
    }

    /** Computes a tile of up to six rows by four vectors. */
    private static int tile6x4(Operands o) {
        long a = o.a;
        long aRow = o.aRow;
        int aStep = o.aStep;
        long b = o.b;
        int bStep = o.bStep;
        long from = o.from;
        long fromRow = o.fromRow;
        long c = o.c;
        long cRow = o.cRow;
        int rows = o.rows;
        int k = o.k;
        long ahead = o.ahead;
        int aheadStep = o.aheadStep;
        long r1 = Math.min(1, rows - 1);
        long r2 = Math.min(2, rows - 1);
        long r3 = Math.min(3, rows - 1);
        long r4 = Math.min(4, rows - 1);
        long r5 = Math.min(5, rows - 1);
        long a0 = a & ADDRESS;
        long a1 = (a + r1 * aRow) & ADDRESS;
        long a2 = (a + r2 * aRow) & ADDRESS;
        long a3 = (a + r3 * aRow) & ADDRESS;
        long a4 = (a + r4 * aRow) & ADDRESS;
        long a5 = (a + r5 * aRow) & ADDRESS;
        long aBytes = aStep & STEP;
        long bBytes = bStep & STEP;
        long b0 = b & ADDRESS;
        long next = ahead & ADDRESS;
        long nextBytes = aheadStep & STEP;
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
        if (from != NOTHING) {
            long f0 = from & ADDRESS;
            long f1 = (from + r1 * fromRow) & ADDRESS;
            long f2 = (from + r2 * fromRow) & ADDRESS;
            long f3 = (from + r3 * fromRow) & ADDRESS;
            long f4 = (from + r4 * fromRow) & ADDRESS;
            long f5 = (from + r5 * fromRow) & ADDRESS;
            c00 = FloatVector.fromMemorySegment(FLOATS, ALL, f0, ORDER);
            c01 = FloatVector.fromMemorySegment(FLOATS, ALL, f0 + VECTOR, ORDER);
            c02 = FloatVector.fromMemorySegment(FLOATS, ALL, f0 + 2 * VECTOR, ORDER);
            c03 = FloatVector.fromMemorySegment(FLOATS, ALL, f0 + 3 * VECTOR, ORDER);
            c10 = FloatVector.fromMemorySegment(FLOATS, ALL, f1, ORDER);
            c11 = FloatVector.fromMemorySegment(FLOATS, ALL, f1 + VECTOR, ORDER);
            c12 = FloatVector.fromMemorySegment(FLOATS, ALL, f1 + 2 * VECTOR, ORDER);
            c13 = FloatVector.fromMemorySegment(FLOATS, ALL, f1 + 3 * VECTOR, ORDER);
            c20 = FloatVector.fromMemorySegment(FLOATS, ALL, f2, ORDER);
            c21 = FloatVector.fromMemorySegment(FLOATS, ALL, f2 + VECTOR, ORDER);
            c22 = FloatVector.fromMemorySegment(FLOATS, ALL, f2 + 2 * VECTOR, ORDER);
            c23 = FloatVector.fromMemorySegment(FLOATS, ALL, f2 + 3 * VECTOR, ORDER);
            c30 = FloatVector.fromMemorySegment(FLOATS, ALL, f3, ORDER);
            c31 = FloatVector.fromMemorySegment(FLOATS, ALL, f3 + VECTOR, ORDER);
            c32 = FloatVector.fromMemorySegment(FLOATS, ALL, f3 + 2 * VECTOR, ORDER);
            c33 = FloatVector.fromMemorySegment(FLOATS, ALL, f3 + 3 * VECTOR, ORDER);
            c40 = FloatVector.fromMemorySegment(FLOATS, ALL, f4, ORDER);
            c41 = FloatVector.fromMemorySegment(FLOATS, ALL, f4 + VECTOR, ORDER);
            c42 = FloatVector.fromMemorySegment(FLOATS, ALL, f4 + 2 * VECTOR, ORDER);
            c43 = FloatVector.fromMemorySegment(FLOATS, ALL, f4 + 3 * VECTOR, ORDER);
            c50 = FloatVector.fromMemorySegment(FLOATS, ALL, f5, ORDER);
            c51 = FloatVector.fromMemorySegment(FLOATS, ALL, f5 + VECTOR, ORDER);
            c52 = FloatVector.fromMemorySegment(FLOATS, ALL, f5 + 2 * VECTOR, ORDER);
            c53 = FloatVector.fromMemorySegment(FLOATS, ALL, f5 + 3 * VECTOR, ORDER);
        }
        int touched = 0;
        for (int i = 0; i < k; i++) {
            touched += ALL.get(INT, next + i * nextBytes);
            long bi = b0 + i * bBytes;
            FloatVector bv0 = FloatVector.fromMemorySegment(FLOATS, ALL, bi, ORDER);
            FloatVector bv1 = FloatVector.fromMemorySegment(FLOATS, ALL, bi + VECTOR, ORDER);
            FloatVector bv2 = FloatVector.fromMemorySegment(FLOATS, ALL, bi + 2 * VECTOR, ORDER);
            FloatVector bv3 = FloatVector.fromMemorySegment(FLOATS, ALL, bi + 3 * VECTOR, ORDER);
            long ai = i * aBytes;
            FloatVector x0 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a0 + ai));
            c00 = x0.fma(bv0, c00);
            c01 = x0.fma(bv1, c01);
            c02 = x0.fma(bv2, c02);
            c03 = x0.fma(bv3, c03);
            FloatVector x1 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a1 + ai));
            c10 = x1.fma(bv0, c10);
            c11 = x1.fma(bv1, c11);
            c12 = x1.fma(bv2, c12);
            c13 = x1.fma(bv3, c13);
            FloatVector x2 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a2 + ai));
            c20 = x2.fma(bv0, c20);
            c21 = x2.fma(bv1, c21);
            c22 = x2.fma(bv2, c22);
            c23 = x2.fma(bv3, c23);
            FloatVector x3 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a3 + ai));
            c30 = x3.fma(bv0, c30);
            c31 = x3.fma(bv1, c31);
            c32 = x3.fma(bv2, c32);
            c33 = x3.fma(bv3, c33);
            FloatVector x4 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a4 + ai));
            c40 = x4.fma(bv0, c40);
            c41 = x4.fma(bv1, c41);
            c42 = x4.fma(bv2, c42);
            c43 = x4.fma(bv3, c43);
            FloatVector x5 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a5 + ai));
            c50 = x5.fma(bv0, c50);
            c51 = x5.fma(bv1, c51);
            c52 = x5.fma(bv2, c52);
            c53 = x5.fma(bv3, c53);
        }
        long d5 = (c + r5 * cRow) & ADDRESS;
        c50.intoMemorySegment(ALL, d5, ORDER);
        c51.intoMemorySegment(ALL, d5 + VECTOR, ORDER);
        c52.intoMemorySegment(ALL, d5 + 2 * VECTOR, ORDER);
        c53.intoMemorySegment(ALL, d5 + 3 * VECTOR, ORDER);
        long d4 = (c + r4 * cRow) & ADDRESS;
        c40.intoMemorySegment(ALL, d4, ORDER);
        c41.intoMemorySegment(ALL, d4 + VECTOR, ORDER);
        c42.intoMemorySegment(ALL, d4 + 2 * VECTOR, ORDER);
        c43.intoMemorySegment(ALL, d4 + 3 * VECTOR, ORDER);
        long d3 = (c + r3 * cRow) & ADDRESS;
        c30.intoMemorySegment(ALL, d3, ORDER);
        c31.intoMemorySegment(ALL, d3 + VECTOR, ORDER);
        c32.intoMemorySegment(ALL, d3 + 2 * VECTOR, ORDER);
        c33.intoMemorySegment(ALL, d3 + 3 * VECTOR, ORDER);
        long d2 = (c + r2 * cRow) & ADDRESS;
        c20.intoMemorySegment(ALL, d2, ORDER);
        c21.intoMemorySegment(ALL, d2 + VECTOR, ORDER);
        c22.intoMemorySegment(ALL, d2 + 2 * VECTOR, ORDER);
        c23.intoMemorySegment(ALL, d2 + 3 * VECTOR, ORDER);
        long d1 = (c + r1 * cRow) & ADDRESS;
        c10.intoMemorySegment(ALL, d1, ORDER);
        c11.intoMemorySegment(ALL, d1 + VECTOR, ORDER);
        c12.intoMemorySegment(ALL, d1 + 2 * VECTOR, ORDER);
        c13.intoMemorySegment(ALL, d1 + 3 * VECTOR, ORDER);
        long d0 = c & ADDRESS;
        c00.intoMemorySegment(ALL, d0, ORDER);
        c01.intoMemorySegment(ALL, d0 + VECTOR, ORDER);
        c02.intoMemorySegment(ALL, d0 + 2 * VECTOR, ORDER);
        c03.intoMemorySegment(ALL, d0 + 3 * VECTOR, ORDER);
        return touched;
    }

    /** Computes a tile of up to six rows by two vectors. */
    private static int tile6x2(Operands o) {
        long a = o.a;
        long aRow = o.aRow;
        int aStep = o.aStep;
        long b = o.b;
        int bStep = o.bStep;
        long from = o.from;
        long fromRow = o.fromRow;
        long c = o.c;
        long cRow = o.cRow;
        int rows = o.rows;
        int k = o.k;
        long ahead = o.ahead;
        int aheadStep = o.aheadStep;
        long r1 = Math.min(1, rows - 1);
        long r2 = Math.min(2, rows - 1);
        long r3 = Math.min(3, rows - 1);
        long r4 = Math.min(4, rows - 1);
        long r5 = Math.min(5, rows - 1);
        long a0 = a & ADDRESS;
        long a1 = (a + r1 * aRow) & ADDRESS;
        long a2 = (a + r2 * aRow) & ADDRESS;
        long a3 = (a + r3 * aRow) & ADDRESS;
        long a4 = (a + r4 * aRow) & ADDRESS;
        long a5 = (a + r5 * aRow) & ADDRESS;
        long aBytes = aStep & STEP;
        long bBytes = bStep & STEP;
        long b0 = b & ADDRESS;
        long next = ahead & ADDRESS;
        long nextBytes = aheadStep & STEP;
        FloatVector c00 = FloatVector.zero(FLOATS);
        FloatVector c01 = FloatVector.zero(FLOATS);
        FloatVector c10 = FloatVector.zero(FLOATS);
        FloatVector c11 = FloatVector.zero(FLOATS);
        FloatVector c20 = FloatVector.zero(FLOATS);
        FloatVector c21 = FloatVector.zero(FLOATS);
        FloatVector c30 = FloatVector.zero(FLOATS);
        FloatVector c31 = FloatVector.zero(FLOATS);
        FloatVector c40 = FloatVector.zero(FLOATS);
        FloatVector c41 = FloatVector.zero(FLOATS);
        FloatVector c50 = FloatVector.zero(FLOATS);
        FloatVector c51 = FloatVector.zero(FLOATS);
        if (from != NOTHING) {
            long f0 = from & ADDRESS;
            long f1 = (from + r1 * fromRow) & ADDRESS;
            long f2 = (from + r2 * fromRow) & ADDRESS;
            long f3 = (from + r3 * fromRow) & ADDRESS;
            long f4 = (from + r4 * fromRow) & ADDRESS;
            long f5 = (from + r5 * fromRow) & ADDRESS;
            c00 = FloatVector.fromMemorySegment(FLOATS, ALL, f0, ORDER);
            c01 = FloatVector.fromMemorySegment(FLOATS, ALL, f0 + VECTOR, ORDER);
            c10 = FloatVector.fromMemorySegment(FLOATS, ALL, f1, ORDER);
            c11 = FloatVector.fromMemorySegment(FLOATS, ALL, f1 + VECTOR, ORDER);
            c20 = FloatVector.fromMemorySegment(FLOATS, ALL, f2, ORDER);
            c21 = FloatVector.fromMemorySegment(FLOATS, ALL, f2 + VECTOR, ORDER);
            c30 = FloatVector.fromMemorySegment(FLOATS, ALL, f3, ORDER);
            c31 = FloatVector.fromMemorySegment(FLOATS, ALL, f3 + VECTOR, ORDER);
            c40 = FloatVector.fromMemorySegment(FLOATS, ALL, f4, ORDER);
            c41 = FloatVector.fromMemorySegment(FLOATS, ALL, f4 + VECTOR, ORDER);
            c50 = FloatVector.fromMemorySegment(FLOATS, ALL, f5, ORDER);
            c51 = FloatVector.fromMemorySegment(FLOATS, ALL, f5 + VECTOR, ORDER);
        }
        int touched = 0;
        for (int i = 0; i < k; i++) {
            touched += ALL.get(INT, next + i * nextBytes);
            long bi = b0 + i * bBytes;
            FloatVector bv0 = FloatVector.fromMemorySegment(FLOATS, ALL, bi, ORDER);
            FloatVector bv1 = FloatVector.fromMemorySegment(FLOATS, ALL, bi + VECTOR, ORDER);
            long ai = i * aBytes;
            FloatVector x0 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a0 + ai));
            c00 = x0.fma(bv0, c00);
            c01 = x0.fma(bv1, c01);
            FloatVector x1 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a1 + ai));
            c10 = x1.fma(bv0, c10);
            c11 = x1.fma(bv1, c11);
            FloatVector x2 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a2 + ai));
            c20 = x2.fma(bv0, c20);
            c21 = x2.fma(bv1, c21);
            FloatVector x3 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a3 + ai));
            c30 = x3.fma(bv0, c30);
            c31 = x3.fma(bv1, c31);
            FloatVector x4 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a4 + ai));
            c40 = x4.fma(bv0, c40);
            c41 = x4.fma(bv1, c41);
            FloatVector x5 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a5 + ai));
            c50 = x5.fma(bv0, c50);
            c51 = x5.fma(bv1, c51);
        }
        long d5 = (c + r5 * cRow) & ADDRESS;
        c50.intoMemorySegment(ALL, d5, ORDER);
        c51.intoMemorySegment(ALL, d5 + VECTOR, ORDER);
        long d4 = (c + r4 * cRow) & ADDRESS;
        c40.intoMemorySegment(ALL, d4, ORDER);
        c41.intoMemorySegment(ALL, d4 + VECTOR, ORDER);
        long d3 = (c + r3 * cRow) & ADDRESS;
        c30.intoMemorySegment(ALL, d3, ORDER);
        c31.intoMemorySegment(ALL, d3 + VECTOR, ORDER);
        long d2 = (c + r2 * cRow) & ADDRESS;
        c20.intoMemorySegment(ALL, d2, ORDER);
        c21.intoMemorySegment(ALL, d2 + VECTOR, ORDER);
        long d1 = (c + r1 * cRow) & ADDRESS;
        c10.intoMemorySegment(ALL, d1, ORDER);
        c11.intoMemorySegment(ALL, d1 + VECTOR, ORDER);
        long d0 = c & ADDRESS;
        c00.intoMemorySegment(ALL, d0, ORDER);
        c01.intoMemorySegment(ALL, d0 + VECTOR, ORDER);
        return touched;
    }

    /** Computes a tile of up to six rows by one vector. */
    private static int tile6x1(Operands o) {
        long a = o.a;
        long aRow = o.aRow;
        int aStep = o.aStep;
        long b = o.b;
        int bStep = o.bStep;
        long from = o.from;
        long fromRow = o.fromRow;
        long c = o.c;
        long cRow = o.cRow;
        int rows = o.rows;
        int k = o.k;
        long ahead = o.ahead;
        int aheadStep = o.aheadStep;
        long r1 = Math.min(1, rows - 1);
        long r2 = Math.min(2, rows - 1);
        long r3 = Math.min(3, rows - 1);
        long r4 = Math.min(4, rows - 1);
        long r5 = Math.min(5, rows - 1);
        long a0 = a & ADDRESS;
        long a1 = (a + r1 * aRow) & ADDRESS;
        long a2 = (a + r2 * aRow) & ADDRESS;
        long a3 = (a + r3 * aRow) & ADDRESS;
        long a4 = (a + r4 * aRow) & ADDRESS;
        long a5 = (a + r5 * aRow) & ADDRESS;
        long aBytes = aStep & STEP;
        long bBytes = bStep & STEP;
        long b0 = b & ADDRESS;
        long next = ahead & ADDRESS;
        long nextBytes = aheadStep & STEP;
        FloatVector c00 = FloatVector.zero(FLOATS);
        FloatVector c10 = FloatVector.zero(FLOATS);
        FloatVector c20 = FloatVector.zero(FLOATS);
        FloatVector c30 = FloatVector.zero(FLOATS);
        FloatVector c40 = FloatVector.zero(FLOATS);
        FloatVector c50 = FloatVector.zero(FLOATS);
        if (from != NOTHING) {
            long f0 = from & ADDRESS;
            long f1 = (from + r1 * fromRow) & ADDRESS;
            long f2 = (from + r2 * fromRow) & ADDRESS;
            long f3 = (from + r3 * fromRow) & ADDRESS;
            long f4 = (from + r4 * fromRow) & ADDRESS;
            long f5 = (from + r5 * fromRow) & ADDRESS;
            c00 = FloatVector.fromMemorySegment(FLOATS, ALL, f0, ORDER);
            c10 = FloatVector.fromMemorySegment(FLOATS, ALL, f1, ORDER);
            c20 = FloatVector.fromMemorySegment(FLOATS, ALL, f2, ORDER);
            c30 = FloatVector.fromMemorySegment(FLOATS, ALL, f3, ORDER);
            c40 = FloatVector.fromMemorySegment(FLOATS, ALL, f4, ORDER);
            c50 = FloatVector.fromMemorySegment(FLOATS, ALL, f5, ORDER);
        }
        int touched = 0;
        for (int i = 0; i < k; i++) {
            touched += ALL.get(INT, next + i * nextBytes);
            long bi = b0 + i * bBytes;
            FloatVector bv0 = FloatVector.fromMemorySegment(FLOATS, ALL, bi, ORDER);
            long ai = i * aBytes;
            FloatVector x0 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a0 + ai));
            c00 = x0.fma(bv0, c00);
            FloatVector x1 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a1 + ai));
            c10 = x1.fma(bv0, c10);
            FloatVector x2 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a2 + ai));
            c20 = x2.fma(bv0, c20);
            FloatVector x3 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a3 + ai));
            c30 = x3.fma(bv0, c30);
            FloatVector x4 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a4 + ai));
            c40 = x4.fma(bv0, c40);
            FloatVector x5 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a5 + ai));
            c50 = x5.fma(bv0, c50);
        }
        long d5 = (c + r5 * cRow) & ADDRESS;
        c50.intoMemorySegment(ALL, d5, ORDER);
        long d4 = (c + r4 * cRow) & ADDRESS;
        c40.intoMemorySegment(ALL, d4, ORDER);
        long d3 = (c + r3 * cRow) & ADDRESS;
        c30.intoMemorySegment(ALL, d3, ORDER);
        long d2 = (c + r2 * cRow) & ADDRESS;
        c20.intoMemorySegment(ALL, d2, ORDER);
        long d1 = (c + r1 * cRow) & ADDRESS;
        c10.intoMemorySegment(ALL, d1, ORDER);
        long d0 = c & ADDRESS;
        c00.intoMemorySegment(ALL, d0, ORDER);
        return touched;
    }

    /** Computes a tile of one or two rows by four vectors. */
    private static int tile2x4(Operands o) {
        long a = o.a;
        long aRow = o.aRow;
        int aStep = o.aStep;
        long b = o.b;
        int bStep = o.bStep;
        long from = o.from;
        long fromRow = o.fromRow;
        long c = o.c;
        long cRow = o.cRow;
        int rows = o.rows;
        int k = o.k;
        long ahead = o.ahead;
        int aheadStep = o.aheadStep;
        long r1 = Math.min(1, rows - 1);
        long a0 = a & ADDRESS;
        long a1 = (a + r1 * aRow) & ADDRESS;
        long aBytes = aStep & STEP;
        long bBytes = bStep & STEP;
        long b0 = b & ADDRESS;
        long next = ahead & ADDRESS;
        long nextBytes = aheadStep & STEP;
        FloatVector c00 = FloatVector.zero(FLOATS);
        FloatVector c01 = FloatVector.zero(FLOATS);
        FloatVector c02 = FloatVector.zero(FLOATS);
        FloatVector c03 = FloatVector.zero(FLOATS);
        FloatVector c10 = FloatVector.zero(FLOATS);
        FloatVector c11 = FloatVector.zero(FLOATS);
        FloatVector c12 = FloatVector.zero(FLOATS);
        FloatVector c13 = FloatVector.zero(FLOATS);
        if (from != NOTHING) {
            long f0 = from & ADDRESS;
            long f1 = (from + r1 * fromRow) & ADDRESS;
            c00 = FloatVector.fromMemorySegment(FLOATS, ALL, f0, ORDER);
            c01 = FloatVector.fromMemorySegment(FLOATS, ALL, f0 + VECTOR, ORDER);
            c02 = FloatVector.fromMemorySegment(FLOATS, ALL, f0 + 2 * VECTOR, ORDER);
            c03 = FloatVector.fromMemorySegment(FLOATS, ALL, f0 + 3 * VECTOR, ORDER);
            c10 = FloatVector.fromMemorySegment(FLOATS, ALL, f1, ORDER);
            c11 = FloatVector.fromMemorySegment(FLOATS, ALL, f1 + VECTOR, ORDER);
            c12 = FloatVector.fromMemorySegment(FLOATS, ALL, f1 + 2 * VECTOR, ORDER);
            c13 = FloatVector.fromMemorySegment(FLOATS, ALL, f1 + 3 * VECTOR, ORDER);
        }
        int touched = 0;
        for (int i = 0; i < k; i++) {
            touched += ALL.get(INT, next + i * nextBytes);
            long bi = b0 + i * bBytes;
            FloatVector bv0 = FloatVector.fromMemorySegment(FLOATS, ALL, bi, ORDER);
            FloatVector bv1 = FloatVector.fromMemorySegment(FLOATS, ALL, bi + VECTOR, ORDER);
            FloatVector bv2 = FloatVector.fromMemorySegment(FLOATS, ALL, bi + 2 * VECTOR, ORDER);
            FloatVector bv3 = FloatVector.fromMemorySegment(FLOATS, ALL, bi + 3 * VECTOR, ORDER);
            long ai = i * aBytes;
            FloatVector x0 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a0 + ai));
            c00 = x0.fma(bv0, c00);
            c01 = x0.fma(bv1, c01);
            c02 = x0.fma(bv2, c02);
            c03 = x0.fma(bv3, c03);
            FloatVector x1 = FloatVector.broadcast(FLOATS, ALL.get(FLOAT, a1 + ai));
            c10 = x1.fma(bv0, c10);
            c11 = x1.fma(bv1, c11);
            c12 = x1.fma(bv2, c12);
            c13 = x1.fma(bv3, c13);
        }
        long d1 = (c + r1 * cRow) & ADDRESS;
        c10.intoMemorySegment(ALL, d1, ORDER);
        c11.intoMemorySegment(ALL, d1 + VECTOR, ORDER);
        c12.intoMemorySegment(ALL, d1 + 2 * VECTOR, ORDER);
        c13.intoMemorySegment(ALL, d1 + 3 * VECTOR, ORDER);
        long d0 = c & ADDRESS;
        c00.intoMemorySegment(ALL, d0, ORDER);
        c01.intoMemorySegment(ALL, d0 + VECTOR, ORDER);
        c02.intoMemorySegment(ALL, d0 + 2 * VECTOR, ORDER);
        c03.intoMemorySegment(ALL, d0 + 3 * VECTOR, ORDER);
        return touched;
    }
}
