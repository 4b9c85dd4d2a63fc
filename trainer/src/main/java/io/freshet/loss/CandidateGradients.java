package io.freshet.loss;

import io.freshet.encoder.SequenceBatch;
import io.freshet.loss.LossConfig.Sampling;
import io.freshet.tensor.FloatBlock;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The gradients of a step's candidates, by draws or, where all items are candidates, by rows. Where a whole batch shares
 * candidates each shard sums its own layer, which are summed in order; where chunks have their own sets, each chunk has
 * its part; where positions have their own, a draw has a coefficient to its state's hidden state.
 *
 * <p>Shards may write at the same time; reading comes after.
 */
final class CandidateGradients implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final int d;
    private final int negatives;
    private FloatBlock block = FloatBlock.zeros(1);
    private Sampling sampling = Sampling.ALL;
    private int candidates; // of a layer
    private int layers;

    CandidateGradients(int d, LossConfig config) {
        this.d = d;
        this.negatives = config.negatives();
    }

    /**
     * Makes room for a step's gradients.
     *
     * @param shards shards that have a chunk of the batch, the first ones
     */
    void prepare(SequenceBatch batch, Negatives drawn, int rows, int shards) {
        sampling = drawn.sampling();
        candidates = sampling == Sampling.ALL ? rows : drawn.drawCount();
        layers = sampling == Sampling.ALL || sampling == Sampling.BATCH ? shards : 1;
        int width = sampling == Sampling.POSITION ? 1 : d;
        long needed = Math.max(1, (long) layers * candidates * width);
        if (block.length() < needed) {
            block.close();
            block = FloatBlock.zeros(needed + needed / 4);
        }
    }

    /** Where a shard sums the gradients of the candidates that the batch shares (candidates, d). */
    Matrix ofShard(int shard) {
        return Matrix.over(block.memory(), (long) shard * candidates * d, d);
    }

    /** Where a chunk's own set has its gradients (K, d). */
    Matrix ofChunk(int chunk) {
        return Matrix.over(block.memory(), (long) chunk * negatives * d, d);
    }

    /** Where positions' own draws have their coefficients (states, K). */
    Matrix coefficients() {
        return Matrix.over(block.memory(), 0, negatives);
    }

    /**
     * Adds a candidate's gradient to a sum (d).
     *
     * @param candidate its row, where all items are candidates; else its draw
     * @param hidden H of the batch (states, d)
     */
    void addTo(MemorySegment sum, int candidate, Matrix hidden) {
        if (sampling == Sampling.POSITION) {
            float coefficient = block.memory().getAtIndex(FLOAT, candidate);
            Rows.addScaled(hidden.memory(), hidden.at(candidate / negatives), coefficient, sum, 0, d);
            return;
        }
        for (int layer = 0; layer < layers; layer++) {
            long at = ((long) layer * candidates + candidate) * d * Float.BYTES;
            Rows.add(block.memory(), at, sum, 0, d);
        }
    }

    @Override
    public void close() {
        block.close();
    }
}
