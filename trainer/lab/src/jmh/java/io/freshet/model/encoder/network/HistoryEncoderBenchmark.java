package io.freshet.model.encoder.network;

import io.freshet.lab.kernel.KernelBenchmark;
import io.freshet.lab.kernel.SgemmLimit;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Encodes histories of a given length with the default two blocks: the states after all of their tokens, and the
 * state after the last token only.
 */
public class HistoryEncoderBenchmark extends KernelBenchmark {
    private static final int BLOCKS = 2;
    private static final int CAPACITY = 20 * MAX_LENGTH;

    @Param({"9", "50"})
    public int length = 9;

    @Param({"1", "20"})
    public int histories = 1;

    private final SasRecConfig config = new SasRecConfig(D, MAX_LENGTH, BLOCKS, 1);
    private final SasRec whole = data.own(new SasRec(config, Products.forThisCpu(), CAPACITY));
    private final HistoryEncoder encoder = data.own(new SasRecHistoryEncoder(config, Products.forThisCpu(), CAPACITY));
    private final RowTable items = data.itemTable();
    private final MemorySegment weights = data.floats(whole.layout().size());
    private SequenceBatch batch = batch(1, length);

    @Setup
    public void setUp() {
        batch = batch(histories, length);
    }

    /** Six products of all tokens in each block. */
    @Benchmark
    public Object allStates(SgemmLimit limit) {
        limit.perCall(BLOCKS * 6.0 * histories * length * products());
        return whole.forward(batch, 0, histories, items, weights);
    }

    /** In the last block, two products of all tokens and four of the last token only. */
    @Benchmark
    public Object lastState(SgemmLimit limit) {
        limit.perCall(((BLOCKS - 1) * 6.0 * length + 2.0 * length + 4) * histories * products());
        return encoder.encode(batch, 0, histories, items, weights);
    }

    private static double products() {
        return 2.0 * D * D;
    }
}
