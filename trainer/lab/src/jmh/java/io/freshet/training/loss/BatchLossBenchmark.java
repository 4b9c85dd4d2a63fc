package io.freshet.training.loss;

import io.freshet.lab.kernel.KernelBenchmark;
import io.freshet.lab.kernel.SgemmLimit;
import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Products;
import io.freshet.model.tensor.RowTable;
import io.freshet.training.loss.LossConfig.Sampling;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** The losses alone, forward and backward, over a chunk of 252 tokens with a target each. */
public class BatchLossBenchmark extends KernelBenchmark {
    private static final int LENGTH = 9;
    private static final int SEQUENCES = 28;
    private static final int TOKENS = LENGTH * SEQUENCES;

    @Param
    public Configured loss = Configured.CE_ALL;

    private final RowTable items = data.itemTable();
    private final Matrix hidden = data.matrix(TOKENS, D);
    private final Matrix hiddenGradients = data.matrix(TOKENS, D);
    private final MemorySegment targetGradients = data.floats(TOKENS);
    private final SequenceBatch batch = batch(SEQUENCES, LENGTH);
    private final LossChunk chunk = new LossChunk(
            batch, new LossChunk.Part(0, 0, SEQUENCES), hidden, items, 1f / TOKENS, hiddenGradients, targetGradients);

    @SuppressWarnings("NullAway.Init") // setUp sets it
    private BatchLoss batchLoss;

    private int candidates;

    /** Each kind of loss and each way of sampling. SSM is SCE with another number added to the scores. */
    public enum Configured {
        CE_ALL,
        CE_ETA_ALL,
        SCE_BATCH,
        SCE_BATCH_BY_POPULARITY,
        SCE_GROUP,
        SCE_POSITION,
        NCE_BATCH,
        NEG_BATCH,
        NEG_POSITION,
        BCE_POSITION,
        BPR_POSITION;

        LossConfig config() {
            return switch (this) {
                case CE_ALL -> LossConfig.crossEntropy();
                case CE_ETA_ALL -> LossConfig.tightCrossEntropy(0.7f);
                case SCE_BATCH -> LossConfig.scaledCrossEntropy(500);
                case SCE_BATCH_BY_POPULARITY ->
                    LossConfig.scaledCrossEntropy(500).withPopularityPower(0.75f);
                case SCE_GROUP -> LossConfig.scaledCrossEntropy(500).with(Sampling.GROUP);
                case SCE_POSITION -> LossConfig.scaledCrossEntropy(100).with(Sampling.POSITION);
                case NCE_BATCH -> LossConfig.noiseContrastive(500);
                case NEG_BATCH -> LossConfig.negativeSampling(500);
                case NEG_POSITION -> LossConfig.negativeSampling(100).with(Sampling.POSITION);
                case BCE_POSITION -> LossConfig.binaryCrossEntropy();
                case BPR_POSITION -> LossConfig.pairwiseRanking();
            };
        }
    }

    @Setup
    public void setUp() {
        LossConfig config = loss.config();
        batchLoss = data.own(new BatchLoss(D, Products.forThisCpu(), config, 1, 1));
        batchLoss.begin(batch, 1, 1, items, 1);
        candidates = config.sampling() == Sampling.ALL ? ITEMS : config.negatives();
    }

    /**
     * Draws negatives if each chunk or position has its own. Three products: the scores, and the gradients of both sides.
     */
    @Benchmark
    public double backward(SgemmLimit limit) {
        limit.perCall(3 * 2.0 * D * TOKENS * candidates);
        return batchLoss.backward(0, chunk, true);
    }
}
