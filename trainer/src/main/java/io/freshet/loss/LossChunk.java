package io.freshet.loss;

import io.freshet.encoder.SequenceBatch;
import io.freshet.tensor.Matrix;
import io.freshet.tensor.RowTable;
import java.lang.foreign.MemorySegment;

/**
 * A chunk of a batch whose loss is wanted: some of its sequences, as the encoder left them. Tokens without a target count
 * nothing.
 *
 * @param number which chunk of the batch it is
 * @param firstSequence its first sequence
 * @param endSequence the sequence after its last
 * @param hidden H (tokens, d)
 * @param items the item table, for the targets' and candidates' vectors
 * @param weight what each token's loss is multiplied by, beside its target's own weight, before gradients are taken
 * @param hiddenGradients receives the gradient of H (tokens, d)
 * @param targetGradients receives, in the batch's token positions, both weights · dℓ/ds⁺: the gradient of the target's
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
    /** The batch's token that row 0 of {@link #hidden} belongs to. */
    int firstToken() {
        return batch.start(firstSequence);
    }

    int tokens() {
        return batch.start(endSequence) - firstToken();
    }

    /** The target of the chunk's token, or {@link SequenceBatch#NO_TARGET}. */
    int target(int token) {
        return batch.target(firstToken() + token);
    }

    /** How much the loss of the chunk's token weighs among the others; 0 without a target. */
    float ownWeight(int token) {
        return batch.weight(firstToken() + token);
    }
}
