package io.freshet.loss;

import io.freshet.encoder.SequenceBatch;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.RowTable;
import java.lang.foreign.MemorySegment;

/**
 * A chunk of a batch whose loss is wanted: some of its sequences, as the encoder left them. States without a target count
 * nothing.
 *
 * @param number which chunk of the batch it is
 * @param firstSequence its first sequence
 * @param endSequence the sequence after its last
 * @param hidden H (states, d)
 * @param items the item table, for the targets' and candidates' vectors
 * @param weight what each state's loss is multiplied by, beside its target's own weight, before gradients are taken
 * @param hiddenGradients receives the gradient of H (states, d)
 * @param targetGradients receives, by the batch's numbers of states, both weights · dℓ/ds⁺: the gradient of the target's
 *     vector is that times h
 */
public record LossChunk(
        SequenceBatch batch,
        int number,
        int firstSequence,
        int endSequence,
        Matrix hidden,
        RowTable items,
        float weight,
        Matrix hiddenGradients,
        MemorySegment targetGradients) {
    /** The batch's state that row 0 of {@link #hidden} holds. */
    int firstState() {
        return batch.firstState(firstSequence);
    }

    int states() {
        return batch.firstState(endSequence) - firstState();
    }

    /** The target of the chunk's state, or {@link SequenceBatch#NO_TARGET}. */
    int target(int state) {
        return batch.target(firstState() + state);
    }

    /** How much the loss of the chunk's state weighs among the others; 0 without a target. */
    float ownWeight(int state) {
        return batch.weight(firstState() + state);
    }
}
