package io.freshet.model.encoder.layer;

import io.freshet.lab.kernel.CopyLimit;
import io.freshet.lab.kernel.KernelBenchmark;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.encoder.network.SasRecLayout;
import io.freshet.model.tensor.Matrix;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** Layer normalisation of a chunk of 256 tokens. */
public class LayerNormBenchmark extends KernelBenchmark {
    private static final int TOKENS = 256;
    private static final long MATRIX_BYTES = TOKENS * ROW_BYTES;

    private final SasRecLayout layout = new SasRecLayout(new SasRecConfig(D, MAX_LENGTH, 1, 1));
    private final MemorySegment parameters = data.floats(layout.size());
    private final MemorySegment gradients = data.floats(layout.size());
    private final Matrix x = data.matrix(TOKENS, D);
    private final LayerNorm norm = new LayerNorm(layout.finalNorm(), data.matrix(TOKENS, D));
    private final Matrix y = data.matrix(TOKENS, D);
    private final Matrix dx = data.matrix(TOKENS, D);

    @Setup
    public void setUp() {
        norm.forward(x, TOKENS, parameters, y);
    }

    /** Reads x, writes x̂ and y. */
    @Benchmark
    public void forward(CopyLimit limit) {
        limit.perCall(3 * MATRIX_BYTES);
        norm.forward(x, TOKENS, parameters, y);
    }

    /** Reads dy and x̂, writes dx. */
    @Benchmark
    public void backward(CopyLimit limit) {
        limit.perCall(3 * MATRIX_BYTES);
        norm.backward(y, TOKENS, parameters, gradients, dx, false);
    }
}
