package io.freshet.model.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * A row-major float32 matrix, or a band of its columns, over memory that it does not own. Rows are {@code stride}
 * floats apart. A matrix does not store its number of rows; the caller knows how many rows are in use.
 */
public final class Matrix {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final MemorySegment memory;
    private final long start; // bytes
    private final int stride; // floats

    private Matrix(MemorySegment memory, long start, int stride) {
        this.memory = memory;
        this.start = start;
        this.stride = stride;
    }

    /** Returns a matrix whose row 0 starts at float {@code start} of the memory. */
    public static Matrix over(MemorySegment memory, long start, int stride) {
        return new Matrix(memory, start * Float.BYTES, stride);
    }

    /** Returns a view of the same rows from column {@code column} on. */
    public Matrix columnsFrom(int column) {
        return new Matrix(memory, start + (long) column * Float.BYTES, stride);
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
     * Returns the address of row {@code row}, after checking that {@code rows} rows of {@code columns} floats from
     * there on are in the memory.
     *
     * @throws IndexOutOfBoundsException if they are not
     * @throws IllegalArgumentException if the memory is on the heap or closed
     */
    long address(int row, int rows, int columns) {
        long size = rows == 0 ? 0 : (rows - 1) * strideBytes() + (long) columns * Float.BYTES;
        return address(memory, at(row), size);
    }

    /**
     * Returns the address of a byte of the memory, after checking that {@code size} bytes from there on are in the
     * memory and that it is not closed.
     */
    static long address(MemorySegment memory, long at, long size) {
        if (!memory.isNative() || !memory.scope().isAlive()) {
            throw new IllegalArgumentException(
                    "a product's operand must be outside the heap, and not closed: memory=" + memory);
        }
        return memory.address() + Objects.checkFromIndexSize(at, size, memory.byteSize());
    }

    /** Returns how many whole strides are in the memory from row {@code row} on. */
    public int rowsFrom(int row) {
        return (int) Math.min(Integer.MAX_VALUE, (memory.byteSize() - at(row)) / strideBytes());
    }

    public float get(int row, int column) {
        return memory.get(FLOAT, at(row) + (long) column * Float.BYTES);
    }

    public void set(int row, int column, float value) {
        memory.set(FLOAT, at(row) + (long) column * Float.BYTES, value);
    }

    /**
     * Writes the transpose of rows of another matrix to rows 0 to {@code columns - 1} of this one:
     * {@code this[c][t] = from[first + t][c]} for {@code t < count}, and 0 for {@code count <= t < end}.
     */
    public void transposeFrom(Matrix from, int first, int count, int columns, int end) {
        long fromAt = from.at(first);
        long fromRow = from.strideBytes();
        for (int c = 0; c < columns; c++) {
            long to = at(c);
            long column = fromAt + (long) c * Float.BYTES;
            for (int t = 0; t < count; t++) {
                memory.set(FLOAT, to + (long) t * Float.BYTES, from.memory.get(FLOAT, column + t * fromRow));
            }
            for (int t = count; t < end; t++) {
                memory.set(FLOAT, to + (long) t * Float.BYTES, 0f);
            }
        }
    }
}
