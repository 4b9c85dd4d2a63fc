package io.freshet.training.loss;

import io.freshet.lab.kernel.CopyLimit;
import io.freshet.lab.kernel.KernelBenchmark;
import io.freshet.model.tensor.RowTable;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;

/** The gather of 4,000 drawn rows of the item table. */
public class CandidatesBenchmark extends KernelBenchmark {
    private static final int DRAWS = 4_000;

    private final RowTable items = data.itemTable();
    private final int[] draws =
            IntStream.range(0, DRAWS).map(i -> i * ITEMS / DRAWS).toArray();
    private final Candidates.Sample sample = data.own(new Candidates.Sample(D));

    @Benchmark
    public void gather(CopyLimit limit) {
        limit.perCall(2 * DRAWS * ROW_BYTES, (ITEMS + DRAWS) * ROW_BYTES);
        sample.gather(items, draws, 0, DRAWS, ScoreCorrection.NONE);
    }
}
