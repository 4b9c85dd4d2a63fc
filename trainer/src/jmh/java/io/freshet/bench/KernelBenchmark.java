package io.freshet.bench;

import io.freshet.encoder.SequenceBatch;
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
 * A benchmark of a kernel on one thread. Each method says, in the {@link SgemmLimit} or {@link CopyLimit} that it takes,
 * what a call of it does.
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

    /** Items that there are: those of Amazon Beauty. */
    protected static final int ITEMS = 12_101;

    /** Positions that the encoder sees. */
    protected static final int MAX_LENGTH = 50;

    /** The memory that it works on. */
    protected final BenchmarkData data = new BenchmarkData();

    protected KernelBenchmark() {}

    /** Sequences that have as many tokens each, all with a target; their items lie here and there in the table. */
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

    /** An item, another one for each number below ITEMS, far from that of the number before. */
    protected static int scattered(int number) {
        return (int) (number * 7919L % ITEMS);
    }

    @TearDown
    public void free() throws Exception {
        data.free();
    }
}
