package io.freshet.model.tensor;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of some tables as they were when this object was made, although one thread changes the tables. Making it
 * copies nothing. The changing thread calls {@link #keep} before it changes a row, which copies the row the first time.
 * Another thread calls {@link #read}, which takes the kept copy where there is one.
 *
 * <p>Without locks: a row is kept before it is changed, and a reader looks for the kept copy after it has read the table. So
 * a reader that has seen any part of a change also sees the kept copy, and replaces what it has read by it.
 *
 * <p>Takes as much memory as the rows that are changed until {@link #release}, and 4 bytes for each row; at most as much as
 * the tables. The tables must stay open, and their rows must not move. {@link #keep} and {@link #close} belong to the
 * changing thread, {@link #read} and {@link #release} to the reading one; {@link #close} must follow {@link #release}.
 */
public final class FrozenRows implements AutoCloseable {
    private static final int BLOCK_ROWS = 1024;
    private static final VarHandle PLACES = MethodHandles.arrayElementVarHandle(int[].class);

    private final MemorySegment[][] chunks; // (tables, chunks)
    private final int rows;
    private final long rowBytes;
    private final int dim;
    private final int[] places; // by row: the place of the kept copy, from 1 on; 0 if the row has not changed
    private FloatBlock[] blocks = {}; // each (BLOCK_ROWS, tables, dim): the kept rows
    private int kept;
    private volatile boolean released;
    private volatile @Nullable Exception noMemory; // why a row could not be kept

    /** Freezes tables that have equally many rows of the same length. */
    public FrozenRows(List<RowTable> tables) {
        RowTable first = tables.getFirst();
        rows = first.rows();
        dim = first.dim();
        rowBytes = first.rowBytes();
        places = new int[rows];
        chunks = new MemorySegment[tables.size()][first.chunkCount()];
        for (int table = 0; table < chunks.length; table++) {
            RowTable frozen = tables.get(table);
            if (frozen.rows() != rows || frozen.dim() != dim) {
                throw new IllegalArgumentException("tables must have equally many rows of the same length: rows=" + rows
                        + " and " + frozen.rows() + ", dim=" + dim + " and " + frozen.dim());
            }
            for (int chunk = 0; chunk < first.chunkCount(); chunk++) {
                chunks[table][chunk] = frozen.chunk(chunk).memory();
            }
        }
    }

    /** Returns the number of rows of each table. */
    public int rows() {
        return rows;
    }

    /** Returns the number of floats in a row. */
    public int dim() {
        return dim;
    }

    /**
     * Keeps a row that is about to change. Rows that the tables did not have are ignored. If there is no memory for it, the
     * change is made all the same, and the next {@link #read} fails.
     */
    public void keep(int row) {
        if (row >= rows || places[row] != 0 || released || noMemory != null) {
            return;
        }
        if (kept == blocks.length * BLOCK_ROWS && !addBlock()) {
            return;
        }
        for (int table = 0; table < chunks.length; table++) {
            MemorySegment.copy(chunk(table, row), at(row), block(kept), keptAt(kept, table), rowBytes);
        }
        kept++;
        PLACES.setRelease(places, row, kept);
        VarHandle.storeStoreFence(); // the change comes after it
    }

    private boolean addBlock() {
        try {
            FloatBlock[] more = Arrays.copyOf(blocks, blocks.length + 1);
            more[blocks.length] = FloatBlock.zeros((long) BLOCK_ROWS * chunks.length * dim);
            blocks = more;
            return true;
        } catch (IllegalStateException e) {
            noMemory = e;
            VarHandle.fullFence(); // the change comes after it
            return false;
        }
    }

    /**
     * Copies rows of a table, as they were when this object was made.
     *
     * @param table number of the table in the list
     * @param into (count, dim) float32
     * @throws IOException if there was no memory to keep a row that has changed
     */
    public void read(int table, int from, int count, MemorySegment into) throws IOException {
        int end = from + count;
        for (int row = from; row < end; ) {
            int inChunk = Math.min(end - row, RowTable.CHUNK_ROWS - row % RowTable.CHUNK_ROWS);
            MemorySegment.copy(chunk(table, row), at(row), into, (row - from) * rowBytes, inChunk * rowBytes);
            row += inChunk;
        }
        VarHandle.loadLoadFence(); // the look for kept copies comes after it
        Exception failure = noMemory;
        if (failure != null) {
            throw new IOException("rows that change while they are written must fit into memory", failure);
        }
        for (int row = from; row < end; row++) {
            int place = (int) PLACES.getAcquire(places, row);
            if (place > 0) {
                MemorySegment.copy(block(place - 1), keptAt(place - 1, table), into, (row - from) * rowBytes, rowBytes);
            }
        }
    }

    /** Returns the number of rows kept so far. Only the changing thread may ask. */
    public int keptRows() {
        return kept;
    }

    /** Declares that nothing will be read any more. */
    public void release() {
        released = true;
    }

    /** Returns whether nothing will be read any more. */
    public boolean isReleased() {
        return released;
    }

    private MemorySegment chunk(int table, int row) {
        return chunks[table][row / RowTable.CHUNK_ROWS];
    }

    private long at(int row) {
        return row % RowTable.CHUNK_ROWS * rowBytes;
    }

    private MemorySegment block(int place) {
        return blocks[place / BLOCK_ROWS].memory();
    }

    private long keptAt(int place, int table) {
        return ((long) (place % BLOCK_ROWS) * chunks.length + table) * rowBytes;
    }

    @Override
    public void close() {
        for (FloatBlock block : blocks) {
            block.close();
        }
    }
}
