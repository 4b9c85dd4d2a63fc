package io.freshet.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A row-major float32 matrix, or a band of columns of one, laid over memory that somebody else owns. Rows are
 * {@code stride} floats apart; how many of them are in use is the caller's affair.
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

    /** A matrix whose row 0 starts at float {@code start} of the memory. */
    public static Matrix over(MemorySegment memory, long start, int stride) {
        return new Matrix(memory, start * Float.BYTES, stride);
    }

    /** The same rows from column {@code column} on. */
    public Matrix columnsFrom(int column) {
        return new Matrix(memory, start + (long) column * Float.BYTES, stride);
    }

    public MemorySegment memory() {
        return memory;
    }

    /** Floats from one row to the next. */
    public int stride() {
        return stride;
    }

    /** Bytes from one row to the next. */
    public long strideBytes() {
        return (long) stride * Float.BYTES;
    }

    /** Where row {@code row} starts, in bytes into {@link #memory}. */
    public long at(int row) {
        return start + row * strideBytes();
    }

    public float get(int row, int column) {
        return memory.get(FLOAT, at(row) + (long) column * Float.BYTES);
    }

    public void set(int row, int column, float value) {
        memory.set(FLOAT, at(row) + (long) column * Float.BYTES, value);
    }
}
