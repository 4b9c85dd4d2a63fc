package io.freshet.model.encoder.network;

import io.freshet.lab.kernel.CopyLimit;
import io.freshet.lab.kernel.KernelBenchmark;
import io.freshet.model.encoder.Dropout;
import io.freshet.model.encoder.ParameterLayout;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;

/** Elementwise passes of the encoder, without products and norms, over a chunk of 252 tokens, with dropout. */
public class ElementwiseBenchmark extends KernelBenchmark {
    private static final int LENGTH = 9;
    private static final int SEQUENCES = 28;
    private static final int TOKENS = LENGTH * SEQUENCES;
    private static final long MATRIX_BYTES = TOKENS * ROW_BYTES;

    private final SasRecConfig config = new SasRecConfig(D, MAX_LENGTH, 1, 1);
    private final SasRecLayout layout = new SasRecLayout(config);
    private final TokenPasses passes = new TokenPasses(config, layout, Products.forThisCpu());
    private final ParameterLayout.Linear layer =
            layout.blocks().getFirst().feedForward().hidden();
    private final RowTable items = data.itemTable();
    private final MemorySegment weights = data.floats(layout.size());
    private final MemorySegment gradients = data.floats(layout.size());
    private final SequenceBatch batch = batch(SEQUENCES, LENGTH);
    private final Dropout dropout = new Dropout(0.5f, 7);
    private final Matrix x = data.matrix(TOKENS, D);
    private final Matrix y = data.matrix(TOKENS, D);

    /** Reads the rows of items and positions, writes X. */
    @Benchmark
    public void embed(CopyLimit limit) {
        limit.perCall(3 * MATRIX_BYTES, (ITEMS + MAX_LENGTH) * ROW_BYTES + MATRIX_BYTES);
        passes.embed(batch, TOKENS, items, weights, dropout, x);
    }

    /** Reads dX, writes the gradients of the items' rows, adds to those of the positions. */
    @Benchmark
    public void unembed(CopyLimit limit) {
        limit.perCall(4 * MATRIX_BYTES, 2 * MATRIX_BYTES + MAX_LENGTH * ROW_BYTES);
        passes.unembed(batch, TOKENS, x, dropout, gradients, y);
    }

    @Benchmark
    public void residual(CopyLimit limit) {
        limit.perCall(3 * MATRIX_BYTES, 2 * MATRIX_BYTES);
        passes.add(x, TOKENS, y);
    }

    @Benchmark
    public void biasDropoutRelu(CopyLimit limit) {
        limit.perCall(2 * MATRIX_BYTES, MATRIX_BYTES);
        passes.biasDropoutRelu(x, weights, layer, dropout, TOKENS);
    }

    @Benchmark
    public void reluDropoutBackward(CopyLimit limit) {
        limit.perCall(3 * MATRIX_BYTES, 2 * MATRIX_BYTES);
        passes.reluDropoutBackward(x, dropout, TOKENS, y);
    }

    @Benchmark
    public void biasDropoutResidual(CopyLimit limit) {
        limit.perCall(3 * MATRIX_BYTES, 2 * MATRIX_BYTES);
        passes.biasDropoutResidual(y, weights, layer, dropout, x, TOKENS);
    }

    @Benchmark
    public void dropInto(CopyLimit limit) {
        limit.perCall(2 * MATRIX_BYTES);
        passes.dropInto(x, dropout, TOKENS, y);
    }
}
