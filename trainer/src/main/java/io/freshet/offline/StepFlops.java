package io.freshet.offline;

import io.freshet.encoder.SasRecConfig;
import io.freshet.encoder.SequenceBatch;

/**
 * The floating-point operations that a training step cannot do without, those of its products: for a sequence of n tokens
 * with m targets, b blocks of width d and K candidates
 *
 * <pre>
 * encoder, forward    b (6 n · 2 d²  +  2 · 2 d · n (n + 1) / 2)   four projections and two layers; scores and mixture
 * loss, forward       m · 2 d K
 * backward            twice as much
 * </pre>
 *
 * <p>Not counted: padding, since there is none; what is computed again; and everything that is no product, which takes
 * time all the same.
 */
final class StepFlops {
    private StepFlops() {}

    /**
     * Of a step.
     *
     * @param candidates K, what each target is held against
     */
    static double of(SequenceBatch batch, SasRecConfig encoder, long candidates) {
        double d = encoder.dim();
        double forward = 2 * d * candidates * batch.targetCount();
        for (int s = 0; s < batch.sequences(); s++) {
            double n = batch.start(s + 1) - batch.start(s);
            forward += encoder.blocks() * (12 * n * d * d + 2 * d * n * (n + 1));
        }
        return 3 * forward;
    }
}
