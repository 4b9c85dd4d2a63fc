package io.freshet.service.serving;

import io.freshet.store.modellog.StepRecord;
import java.util.List;

/**
 * A delta that has been applied to the served weights.
 *
 * @param step the model's step after the delta
 * @param learned journal records of the steps in the delta, oldest first
 * @param appliedAtMs when the weights changed, in epoch milliseconds
 * @param catchingUp whether the delta was on the log before this process opened the model, so that its age does not measure
 *     the freshness of this process
 */
public record ModelAdvance(long step, List<StepRecord> learned, long appliedAtMs, boolean catchingUp) {
    public ModelAdvance {
        learned = List.copyOf(learned);
    }
}
