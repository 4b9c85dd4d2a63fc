package io.freshet.model.encoder.network;

import io.freshet.lab.kernel.KernelBenchmark;
import io.freshet.lab.kernel.SgemmLimit;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** The encoder over a chunk of sequences of nine tokens, with dropout. */
public class SasRecBenchmark extends KernelBenchmark {
    private static final int LENGTH = 9;
    private static final int SEQUENCES = 28;
    private static final int TOKENS = LENGTH * SEQUENCES;
    private static final int BLOCKS = 2;

    private final SasRec encoder =
            data.own(new SasRec(new SasRecConfig(D, MAX_LENGTH, BLOCKS, 1), Products.forThisCpu(), 256));
    private final SasRecLayout layout = encoder.layout();
    private final RowTable items = data.itemTable();
    private final MemorySegment weights = data.floats(layout.size());
    private final MemorySegment transposed = data.floats(layout.size());
    private final MemorySegment gradients = data.floats(layout.size());
    private final Matrix dHidden = data.matrix(TOKENS, D);
    private final Matrix dItems = data.matrix(TOKENS, D);
    private final SequenceBatch batch = batch(SEQUENCES, LENGTH);

    @Setup
    public void setUp() {
        SasRec.initialize(layout.parameters(), 1, weights);
        SasRec.transposeWeights(layout, weights, transposed);
        encoder.beginStep(0.5f, 1, 1);
        encoder.forward(batch, 0, SEQUENCES, items, weights);
    }

    @Benchmark
    public void forward(SgemmLimit limit) {
        limit.perCall(flops());
        encoder.forward(batch, 0, SEQUENCES, items, weights);
    }

    @Benchmark
    public void backward(SgemmLimit limit) {
        limit.perCall(2 * flops());
        encoder.backward(batch, dHidden, weights, transposed, gradients, dItems);
    }

    /**
     * Returns the floating-point operations of the forward pass: six linear layers per block, and the entries of its
     * attention that the causal mask keeps.
     */
    private static double flops() {
        return BLOCKS * (12.0 * TOKENS * D * D + 2.0 * D * TOKENS * (LENGTH + 1));
    }
}
