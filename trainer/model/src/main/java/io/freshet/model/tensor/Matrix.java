package io.freshet.model.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * A row-major float32 matrix (rows, columns) over memory that it does not own: a whole matrix, or a view of
 * neighbouring rows and columns of one. Rows are {@code stride} floats apart. The object is immutable; the numbers in
 * the memory are not.
 */
public final class Matrix {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final MemorySegment memory;
    private final long start; // bytes
    private final int rows;
    private final int columns;
    private final int stride; // floats

    private Matrix(MemorySegment memory, long start, int rows, int columns, int stride) {
        this.memory = memory;
        this.start = start;
        this.rows = rows;
        this.columns = columns;
        this.stride = stride;
    }

    /** Returns a matrix (rows, columns) whose row 0 starts at float {@code start} of the memory, without gaps. */
    public static Matrix over(MemorySegment memory, long start, int rows, int columns) {
        return new Matrix(memory, start * Float.BYTES, rows, columns, columns);
    }

    /** Returns a matrix of all rows of {@code columns} floats that the memory holds from float {@code start} on. */
    public static Matrix over(MemorySegment memory, long start, int columns) {
        long floats = memory.byteSize() / Float.BYTES - start;
        return over(memory, start, Math.clamp(floats / columns, 0, Integer.MAX_VALUE), columns);
    }

    /**
     * Returns a view of {@code count} rows from row {@code first} on.
     *
     * @throws IndexOutOfBoundsException if the matrix does not have these rows
     */
    public Matrix rows(int first, int count) {
        Objects.checkFromIndexSize(first, count, rows);
        return new Matrix(memory, at(first), count, columns, stride);
    }

    /**
     * Returns a view of {@code count} columns from column {@code first} on.
     *
     * @throws IndexOutOfBoundsException if the matrix does not have these columns
     */
    public Matrix columns(int first, int count) {
        Objects.checkFromIndexSize(first, count, columns);
        return new Matrix(memory, start + (long) first * Float.BYTES, rows, count, stride);
    }

    /** Returns a view of the last row of every {@code count} rows. */
    public Matrix lastOfEvery(int count) {
        return new Matrix(memory, at(count - 1), rows / count, columns, count * stride);
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    /** Returns the memory that the matrix views and does not own. */
    public MemorySegment memory() {
        return memory;
    }

    /** Returns the number of floats from one row to the next. */
    public int stride() {
        return stride;
    }

    /** Returns the number of bytes from one row to the next. */
    public long strideBytes() {
        return (long) stride * Float.BYTES;
    }

    /** Returns the offset of row {@code row} in {@link #memory}, in bytes. */
    public long at(int row) {
        return start + row * strideBytes();
    }

    /**
     * Returns the address of row 0, after checking that the matrix is inside its memory.
     *
     * @throws IndexOutOfBoundsException if it is not
     * @throws IllegalArgumentException if the memory is on the heap or closed
     */
    long address() {
        if (!memory.isNative() || !memory.scope().isAlive()) {
            throw new IllegalArgumentException(
                    "a product's operand must be outside the heap, and not closed: memory=" + memory);
        }
        long size = rows == 0 ? 0 : (rows - 1) * strideBytes() + (long) columns * Float.BYTES;
        return memory.address() + Objects.checkFromIndexSize(start, size, memory.byteSize());
    }

    /**
     * Checks that this matrix has the shape of the product of an (m, k) matrix and {@code b}.
     *
     * @throws IllegalArgumentException if it does not, or if {@code b} does not have k rows
     */
    void checkProduct(int m, int k, Matrix b) {
        if (rows != m || b.rows != k || columns != b.columns) {
            throw new IllegalArgumentException("(m, k) times (k, n) must be (m, n): left=(" + m + ", " + k
                    + "), right=(" + b.rows + ", " + b.columns + "), result=(" + rows + ", " + columns + ")");
        }
    }

    /**
     * Returns how many whole strides are in the memory from row 0 on, which is more than {@link #rows()} if the matrix
     * is a view.
     */
    public int strides() {
        return (int) Math.min(Integer.MAX_VALUE, (memory.byteSize() - start) / strideBytes());
    }

    public float get(int row, int column) {
        return memory.get(FLOAT, at(row) + (long) column * Float.BYTES);
    }

    public void set(int row, int column, float value) {
        memory.set(FLOAT, at(row) + (long) column * Float.BYTES, value);
    }

    /**
     * Writes the transpose of another matrix to this one: {@code this[c][t] = from[t][c]}. Columns {@code t} from
     * {@code from.rows()} to {@code end - 1} become 0.
     */
    public void transposeFrom(Matrix from, int end) {
        long fromRow = from.strideBytes();
        int count = from.rows;
        for (int c = 0; c < from.columns; c++) {
            long to = at(c);
            long column = from.start + (long) c * Float.BYTES;
            for (int t = 0; t < count; t++) {
                memory.set(FLOAT, to + (long) t * Float.BYTES, from.memory.get(FLOAT, column + t * fromRow));
            }
            for (int t = count; t < end; t++) {
                memory.set(FLOAT, to + (long) t * Float.BYTES, 0f);
            }
        }
    }
}
