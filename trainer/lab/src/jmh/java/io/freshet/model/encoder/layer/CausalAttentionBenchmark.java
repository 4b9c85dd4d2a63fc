package io.freshet.model.encoder.layer;

import io.freshet.lab.kernel.KernelBenchmark;
import io.freshet.lab.kernel.SgemmLimit;
import io.freshet.model.encoder.Dropout;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Attention within sequences of a given length, as many as fit into a chunk of 256 tokens, with dropout. */
public class CausalAttentionBenchmark extends KernelBenchmark {
    private static final int TOKENS = 256;

    @Param({"9", "50"})
    public int length = 9;

    private final CausalAttention attention = data.own(new CausalAttention(D, MAX_LENGTH, Products.forThisCpu()));
    private final Dropout dropout = new Dropout(0.5f, 7);
    private final AttentionMatrices all = matrices();
    private final Matrix probabilities = data.matrix(TOKENS, attention.stride());
    private final AttentionMatrices gradients = matrices();

    private AttentionMatrices matrices() {
        return new AttentionMatrices(
                data.matrix(TOKENS, D), data.matrix(TOKENS, D), data.matrix(TOKENS, D), data.matrix(TOKENS, D));
    }

    @Setup
    public void setUp() {
        attend();
    }

    /** Q · Kᵀ and P · V, counting only the entries that the causal mask keeps. */
    @Benchmark
    public void forward(SgemmLimit limit) {
        limit.perCall(2 * productFlops());
        attend();
    }

    private void attend() {
        for (int first = 0; first + length <= TOKENS; first += length) {
            Matrix p = probabilities.rows(first, length);
            attention.forward(all.rows(first, length), p, dropout, first * MAX_LENGTH);
        }
    }

    /** Four products: the gradients of P, V, Q and K. */
    @Benchmark
    public void backward(SgemmLimit limit) {
        limit.perCall(4 * productFlops());
        for (int first = 0; first + length <= TOKENS; first += length) {
            Matrix p = probabilities.rows(first, length);
            attention.backward(all.rows(first, length), p, dropout, first * MAX_LENGTH, gradients.rows(first, length));
        }
    }

    private double productFlops() {
        int sequences = TOKENS / length;
        return sequences * (1.0 * D * length * (length + 1));
    }
}
