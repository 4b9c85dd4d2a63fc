package io.freshet.training.loss;

import io.freshet.lab.kernel.CopyLimit;
import io.freshet.lab.kernel.KernelBenchmark;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * The elementwise pass of each loss over a block of candidates and a tile of tokens. The output that a call leaves in the
 * tile is the next call's scores, which stay finite.
 */
public class ScoreTileBenchmark extends KernelBenchmark {
    private static final int CANDIDATES = 48;

    /** Losses whose passes differ. The others have the pass of SCE or of NEG. */
    @Param({"SCE_BATCH", "CE_ETA_ALL", "NEG_BATCH"})
    public BatchLossBenchmark.Configured loss = BatchLossBenchmark.Configured.SCE_BATCH;

    private final ScoreTile tile = data.own(new ScoreTile());
    private LossFunction function = new Softmax();

    @Setup
    public void setUp() {
        function = LossFunction.of(loss.config());
        tile.reserve(CANDIDATES, 0f);
        for (int token = 0; token < ScoreTile.TOKENS; token++) {
            ScoreTile.put(tile.targetScores(), token, 2f);
        }
        function.begin(tile);
    }

    @Benchmark
    public void derive(CopyLimit limit) {
        limit.perCall(2 * CANDIDATES * ScoreTile.ROW_BYTES, CANDIDATES * ScoreTile.ROW_BYTES);
        function.derive(tile, 0, CANDIDATES, ScoreTile.TOKENS);
    }
}
