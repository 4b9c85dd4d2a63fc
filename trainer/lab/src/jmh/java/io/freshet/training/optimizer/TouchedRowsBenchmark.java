package io.freshet.training.optimizer;

import io.freshet.lab.kernel.CopyLimit;
import io.freshet.lab.kernel.KernelBenchmark;
import io.freshet.model.encoder.SequenceBatch;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;

/** Indexing of the rows that a batch of 512 users touches, including its 500 negatives, and of their uses. */
public class TouchedRowsBenchmark extends KernelBenchmark {
    private static final int USERS = 512;
    private static final int LENGTH = 7;
    private static final int DRAWS = 500;

    private final TouchedRows touched = new TouchedRows();
    private final SequenceBatch batch = batch(USERS, LENGTH);
    private final int[] draws =
            IntStream.range(0, DRAWS).map(i -> i * ITEMS / DRAWS).toArray();

    /** Reads draws, inputs and targets, and writes the place of each. */
    @Benchmark
    public void touch(CopyLimit limit) {
        long uses = DRAWS + 2L * batch.tokens();
        limit.perCall(2 * uses * Integer.BYTES, 2 * uses * Integer.BYTES + (long) ITEMS * Integer.BYTES);
        touched.touch(batch, draws, DRAWS, ITEMS);
    }
}
