package io.freshet.scoring;

import io.freshet.delta.StepRecord;
import java.util.List;

/**
 * A delta that has come into the served weights.
 *
 * @param step the model's step now
 * @param learned the journal's records of the steps that the delta brought, oldest first
 * @param appliedAtMs when the weights changed, in epoch milliseconds
 * @param catchingUp whether the delta was on the log before this process opened the model, so that its age says nothing
 *     of how fresh this process keeps it
 */
public record ModelAdvance(long step, List<StepRecord> learned, long appliedAtMs, boolean catchingUp) {
    public ModelAdvance {
        learned = List.copyOf(learned);
    }
}
