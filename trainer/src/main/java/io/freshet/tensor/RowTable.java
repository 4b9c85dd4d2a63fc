package io.freshet.tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A table of float32 rows that grows by chunks: a new chunk is added behind the others and no row ever moves. New rows
 * are zero. One thread may grow it while no other reads it; rows that exist may be read by many.
 *
 * <p>A row may be a gap: it is zero, and whoever goes over the table must pass over it.
 *
 * <p>The table owns its memory; {@link #close} frees it.
 */
public final class RowTable implements AutoCloseable {
    /** Rows of a chunk: 1 MiB at 64 floats a row. */
    public static final int CHUNK_ROWS = 4096;

    private static final int CHUNK_SHIFT = Integer.numberOfTrailingZeros(CHUNK_ROWS);

    private final int dim;
    private final List<FloatBlock> blocks = new ArrayList<>();
    private final BitSet gaps = new BitSet();
    private Matrix[] chunks = {};
    private int rows;
    private int gapCount;

    /** An empty table of rows of {@code dim} floats. */
    public RowTable(int dim) {
        this.dim = dim;
    }

    /** Floats of a row. */
    public int dim() {
        return dim;
    }

    /** Rows in use. */
    public int rows() {
        return rows;
    }

    /** Makes the table at least {@code count} rows long. */
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

    /** Makes the row a gap. */
    public void clear(int row) {
        memory(row).asSlice(at(row), rowBytes()).fill((byte) 0);
        gapCount += gaps.get(row) ? 0 : 1;
        gaps.set(row);
    }

    /** Says that the row is no gap, or no more. */
    public void use(int row) {
        gapCount -= gaps.get(row) ? 1 : 0;
        gaps.clear(row);
    }

    /** The rows that are gaps: a view. */
    public BitSet gaps() {
        return gaps;
    }

    /** How many rows are gaps. */
    public int gapCount() {
        return gapCount;
    }

    /** Chunks in use. */
    public int chunkCount() {
        return (rows + CHUNK_ROWS - 1) >> CHUNK_SHIFT;
    }

    /** The rows {@code index * CHUNK_ROWS} and following, as a matrix. */
    public Matrix chunk(int index) {
        return chunks[index];
    }

    /** How many rows of chunk {@code index} are in use. */
    public int rowsOfChunk(int index) {
        return Math.min(CHUNK_ROWS, rows - (index << CHUNK_SHIFT));
    }

    /** The memory that holds the row; {@link #at} says where in it. */
    public MemorySegment memory(int row) {
        return chunks[row >> CHUNK_SHIFT].memory();
    }

    /** Where the row starts, in bytes into {@link #memory}. */
    public long at(int row) {
        return (long) (row & (CHUNK_ROWS - 1)) * dim * Float.BYTES;
    }

    /** Bytes of a row. */
    public long rowBytes() {
        return (long) dim * Float.BYTES;
    }

    @Override
    public void close() {
        blocks.forEach(FloatBlock::close);
    }
}
