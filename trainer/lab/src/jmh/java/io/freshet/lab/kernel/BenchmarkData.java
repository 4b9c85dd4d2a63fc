package io.freshet.lab.kernel;

import static io.freshet.lab.kernel.KernelBenchmark.D;
import static io.freshet.lab.kernel.KernelBenchmark.ITEMS;

import io.freshet.model.random.CounterRandom;
import io.freshet.model.random.CounterRandom.Purpose;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** The memory that a benchmark works on, which it owns. Blocks are filled with normally distributed numbers. */
public final class BenchmarkData {
    private static final float DEVIATION = 0.5f;

    private final List<AutoCloseable> owned = new ArrayList<>();
    private int filled; // blocks

    BenchmarkData() {}

    /** Registers a resource that is closed with the benchmark. */
    public <T extends AutoCloseable> T own(T resource) {
        owned.add(resource);
        return resource;
    }

    /** Returns a matrix (rows, columns). */
    public Matrix matrix(int rows, int columns) {
        return Matrix.over(floats((long) rows * columns), 0, rows, columns);
    }

    /** Returns a block of memory. */
    public MemorySegment floats(long count) {
        MemorySegment memory = own(FloatBlock.zeros(count)).memory();
        fill(memory, count);
        return memory;
    }

    /** Returns a table with a vector for each item (ITEMS, D). */
    public RowTable itemTable() {
        RowTable table = own(new RowTable(D));
        table.growTo(ITEMS);
        for (int chunk = 0; chunk < table.chunkCount(); chunk++) {
            fill(table.chunk(chunk).memory(), (long) table.rowsOfChunk(chunk) * D);
        }
        return table;
    }

    private void fill(MemorySegment memory, long count) {
        filled++;
        for (long i = 0; i < count; i++) {
            float value = DEVIATION * CounterRandom.normal(filled, 0, Purpose.INITIAL_WEIGHTS, i);
            memory.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, value);
        }
    }

    void free() throws Exception {
        for (AutoCloseable resource : owned.reversed()) {
            resource.close();
        }
    }
}
