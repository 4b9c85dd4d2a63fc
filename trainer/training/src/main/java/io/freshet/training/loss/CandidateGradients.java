package io.freshet.training.loss;

import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.FloatBlock;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.Rows;
import io.freshet.training.loss.LossConfig.Sampling;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The gradients of a step's candidates, indexed by draw, or by row if all items are candidates. If a whole batch
 * shares candidates, each shard sums gradients in its own layer, and the layers are summed in order. If each chunk
 * has its own candidates, each chunk also has its own part of the gradients. If each position has its own candidates,
 * a draw has a coefficient, and its gradient is the coefficient times the hidden state of the draw's position.
 *
 * <p>Shards may write concurrently. Gradients may be read only when all shards are done.
 */
final class CandidateGradients implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final int d;
    private final int negatives;
    private FloatBlock block = FloatBlock.zeros(1);
    private Sampling sampling = Sampling.ALL;
    private int candidates; // in a layer
    private int layers;

    CandidateGradients(int d, LossConfig config) {
        this.d = d;
        this.negatives = config.negatives();
    }

    /**
     * Makes room for a step's gradients.
     *
     * @param shards number of shards, the first ones, that have a chunk of the batch
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

    /**
     * Returns the layer in which a shard sums the gradients of the candidates that the batch shares (candidates, d).
     */
    Matrix ofShard(int shard) {
        return Matrix.over(block.memory(), (long) shard * candidates * d, d);
    }

    /** Returns the gradients of a chunk's own set (K, d). */
    Matrix ofChunk(int chunk) {
        return Matrix.over(block.memory(), (long) chunk * negatives * d, d);
    }

    /** Returns the coefficients of the draws of each position (states, K). */
    Matrix coefficients() {
        return Matrix.over(block.memory(), 0, negatives);
    }

    /**
     * Adds a candidate's gradient to a sum (d).
     *
     * @param candidate the candidate's row if all items are candidates, otherwise its draw
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
