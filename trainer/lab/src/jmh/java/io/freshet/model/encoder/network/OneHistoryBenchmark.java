package io.freshet.model.encoder.network;

import io.freshet.lab.kernel.KernelBenchmark;
import io.freshet.lab.kernel.SgemmLimit;
import io.freshet.model.encoder.EncoderShape;
import io.freshet.model.encoder.EncoderTypes;
import io.freshet.model.encoder.HistoryEncoder;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * Computes the state of one history with each encoder, as for a recommendation. To continue from a kept state, a
 * recurrent encoder would need about the time of a history of one token.
 */
public class OneHistoryBenchmark extends KernelBenchmark {
    @Param({"sasrec", "gru4rec", "lrurec", "fmlprec", "bsarec", "bert4rec"})
    public String encoder = "sasrec";

    @Param({"1", "9", "50"})
    public int length = 9;

    private final RowTable items = data.itemTable();

    @SuppressWarnings("NullAway.Init") // setUp sets it
    private EncoderShape shape;

    @SuppressWarnings("NullAway.Init") // setUp sets it
    private SequenceBatch batch;

    @SuppressWarnings("NullAway.Init") // setUp sets it
    private HistoryEncoder states;

    @SuppressWarnings("NullAway.Init") // setUp sets it
    private MemorySegment weights;

    @Setup
    public void setUp() {
        Map<String, Object> settings =
                Map.of(EncoderTypes.DIM, D, EncoderTypes.MAX_LENGTH, MAX_LENGTH, "blocks", 2, "heads", 1);
        shape = EncoderTypes.named(encoder).shape(settings);
        states = data.own(shape.serving(Products.forThisCpu(), MAX_LENGTH + 1));
        weights = data.floats(shape.layout().size());
        shape.initialize(1, weights);
        batch = new SequenceBatch(shape);
        int[] rows = new int[length];
        for (int i = 0; i < length; i++) {
            rows[i] = scattered(i);
        }
        batch.addHistory(rows, 0, length);
    }

    @Benchmark
    public Object state(SgemmLimit limit) {
        limit.perCall(shape.flops(batch));
        return states.encode(batch, 0, 1, items, weights);
    }
}
