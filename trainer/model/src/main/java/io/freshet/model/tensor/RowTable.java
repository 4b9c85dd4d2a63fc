package io.freshet.model.tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A table of float32 rows that grows by chunks. A new chunk is added after the others, and no row ever moves. New rows are
 * zero. A thread may grow the table only while no other thread reads it. Several threads may read existing rows.
 *
 * <p>A row may be a gap: it is zero, and code that iterates over the table must skip it.
 *
 * <p>The table owns its memory, which {@link #close} frees.
 */
public final class RowTable implements AutoCloseable {
    /** Number of rows in a chunk: 1 MiB at 64 floats per row. */
    public static final int CHUNK_ROWS = 4096;

    private static final int CHUNK_SHIFT = Integer.numberOfTrailingZeros(CHUNK_ROWS);

    private final int dim;
    private final List<FloatBlock> blocks = new ArrayList<>();
    private final BitSet gaps = new BitSet();
    private Matrix[] chunks = {};
    private int rows;
    private int gapCount;

    /** Creates an empty table with rows of {@code dim} floats. */
    public RowTable(int dim) {
        this.dim = dim;
    }

    /** Returns the number of floats in a row. */
    public int dim() {
        return dim;
    }

    /** Returns the number of rows in use, including gaps. */
    public int rows() {
        return rows;
    }

    /** Grows the table to at least {@code count} rows. */
    public void growTo(int count) {
        while (chunks.length * (long) CHUNK_ROWS < count) {
            FloatBlock block = FloatBlock.zeros((long) CHUNK_ROWS * dim);
            blocks.add(block);
            Matrix[] longer = Arrays.copyOf(chunks, chunks.length + 1);
            longer[chunks.length] = Matrix.over(block.memory(), 0, dim);
            chunks = longer;
        }
        rows = Math.max(rows, count);
    }

    /** Sets the row to zero and makes it a gap. */
    public void clear(int row) {
        memory(row).asSlice(at(row), rowBytes()).fill((byte) 0);
        gapCount += gaps.get(row) ? 0 : 1;
        gaps.set(row);
    }

    /** Makes the row a row in use if it is a gap. */
    public void use(int row) {
        gapCount -= gaps.get(row) ? 1 : 0;
        gaps.clear(row);
    }

    /** Returns the rows that are gaps, as a view. */
    public BitSet gaps() {
        return gaps;
    }

    /** Returns the number of gaps. */
    public int gapCount() {
        return gapCount;
    }

    /** Returns the number of chunks in use. */
    public int chunkCount() {
        return (rows + CHUNK_ROWS - 1) >> CHUNK_SHIFT;
    }

    /** Returns the rows from {@code index * CHUNK_ROWS} on, as a matrix. */
    public Matrix chunk(int index) {
        return chunks[index];
    }

    /** Returns the number of rows of chunk {@code index} that are in use. */
    public int rowsOfChunk(int index) {
        return Math.min(CHUNK_ROWS, rows - (index << CHUNK_SHIFT));
    }

    /** Returns the memory that holds the row, at offset {@link #at}. */
    public MemorySegment memory(int row) {
        return chunks[row >> CHUNK_SHIFT].memory();
    }

    /** Returns the offset of the row in {@link #memory}, in bytes. */
    public long at(int row) {
        return (long) (row & (CHUNK_ROWS - 1)) * dim * Float.BYTES;
    }

    /** Returns the number of bytes in a row. */
    public long rowBytes() {
        return (long) dim * Float.BYTES;
    }

    @Override
    public void close() {
        blocks.forEach(FloatBlock::close);
    }
}
