package io.freshet.lab.kernel;

import io.freshet.model.encoder.SequenceBatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A benchmark of a kernel on one thread. Each method passes the work of a call to the {@link SgemmLimit} or {@link
 * CopyLimit} that it takes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 6, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 100, timeUnit = TimeUnit.MILLISECONDS)
public abstract class KernelBenchmark {
    /** Width of vectors. */
    protected static final int D = 64;

    /** Bytes of a vector. */
    protected static final long ROW_BYTES = (long) D * Float.BYTES;

    /** Number of items: that of Amazon Beauty. */
    protected static final int ITEMS = 12_101;

    /** Maximum number of positions in the encoder. */
    protected static final int MAX_LENGTH = 50;

    /** The memory that the benchmark works on. */
    protected final BenchmarkData data = new BenchmarkData();

    protected KernelBenchmark() {}

    /**
     * Returns a batch of sequences of the same length, each token with a target. Their items are scattered over the table.
     */
    protected static SequenceBatch batch(int sequences, int length) {
        SequenceBatch batch = new SequenceBatch(MAX_LENGTH);
        for (int sequence = 0; sequence < sequences; sequence++) {
            int first = sequence * length;
            int[] rows = IntStream.rangeClosed(first, first + length)
                    .map(KernelBenchmark::scattered)
                    .toArray();
            batch.addExample(rows, 0, rows.length);
        }
        return batch;
    }

    /** Returns an item: a different one for each number below ITEMS, far from that of the number before. */
    protected static int scattered(int number) {
        return (int) (number * 7919L % ITEMS);
    }

    @TearDown
    public void free() throws Exception {
        data.free();
    }
}
