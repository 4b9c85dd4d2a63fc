package io.freshet.training.optimizer;

import io.freshet.lab.kernel.CopyLimit;
import io.freshet.lab.kernel.KernelBenchmark;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** Adam over scattered rows of the item table, as a step touches them, and over the encoder's parameters. */
public class AdamBenchmark extends KernelBenchmark {
    private static final int ROWS = 3_000;
    private static final int DENSE = 55_000 / D * D;
    /** Reads and writes the weight and both moments, reads the gradient. */
    private static final long BYTES_PER_FLOAT = 7 * Float.BYTES;

    private static final long WORKING_SET_PER_FLOAT = 4 * Float.BYTES;

    private final Adam adam = new Adam(new Adam.Settings(1e-3f, 0.9f, 0.999f, 1e-8f, 1e-6f), 1_000);
    private final RowTable weights = data.itemTable();
    private final RowTable first = data.itemTable();
    private final RowTable second = data.own(new RowTable(D));
    private final MemorySegment gradient = data.floats(DENSE);
    private final MemorySegment denseWeights = data.floats(DENSE);
    private final MemorySegment denseFirst = data.floats(DENSE);
    private final MemorySegment denseSecond = data.own(FloatBlock.zeros(DENSE)).memory();

    @Setup
    public void setUp() {
        second.growTo(ITEMS);
    }

    @Benchmark
    public void rows(CopyLimit limit) {
        limit.perCall(BYTES_PER_FLOAT * ROWS * D, WORKING_SET_PER_FLOAT * ITEMS * D);
        for (int i = 0; i < ROWS; i++) {
            int row = scattered(i);
            long at = weights.at(row);
            adam.update(weights.memory(row), first.memory(row), second.memory(row), at, gradient, 0, D);
        }
    }

    @Benchmark
    public void dense(CopyLimit limit) {
        limit.perCall(BYTES_PER_FLOAT * DENSE, WORKING_SET_PER_FLOAT * DENSE);
        adam.update(denseWeights, denseFirst, denseSecond, 0, gradient, 0, DENSE);
    }
}
