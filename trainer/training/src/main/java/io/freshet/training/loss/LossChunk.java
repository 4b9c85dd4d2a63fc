package io.freshet.training.loss;

import io.freshet.model.encoder.SequenceBatch;
import io.freshet.model.tensor.Matrix;
import io.freshet.model.tensor.RowTable;
import java.lang.foreign.MemorySegment;

/**
 * A chunk of a batch for which the loss is computed: some of its sequences, with their states from the encoder.
 * States without a target do not contribute to the loss.
 *
 * @param hidden H (states, d)
 * @param items the item table, for the targets' and candidates' vectors
 * @param weight factor of each state's loss in the gradients, besides the own weight of its target
 * @param hiddenGradients receives the gradient of H (states, d)
 * @param targetGradients receives dℓ/ds⁺ times both weights, at the state's number in the batch; the gradient of the
 *     target's vector is that times h
 */
public record LossChunk(
        SequenceBatch batch,
        Part part,
        Matrix hidden,
        RowTable items,
        float weight,
        Matrix hiddenGradients,
        MemorySegment targetGradients) {
    /**
     * The sequences of a chunk.
     *
     * @param number number of the chunk within the batch
     * @param firstSequence first sequence of the chunk
     * @param endSequence the sequence after the chunk's last
     */
    public record Part(int number, int firstSequence, int endSequence) {}

    /** Returns the batch's state that row 0 of {@link #hidden} holds. */
    int firstState() {
        return batch.firstState(part.firstSequence);
    }

    int states() {
        return batch.firstState(part.endSequence) - firstState();
    }

    /** Returns the target of a state of the chunk, or {@link SequenceBatch#NO_TARGET}. */
    int target(int state) {
        return batch.target(firstState() + state);
    }

    /** Returns the own weight of a state's loss, or 0 without a target. */
    float ownWeight(int state) {
        return batch.weight(firstState() + state);
    }
}
