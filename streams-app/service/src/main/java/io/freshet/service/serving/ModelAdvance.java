package io.freshet.service.serving;

import io.freshet.store.modellog.StepRecord;
import java.util.List;

/**
 * A delta that has been applied to the served weights, or journal records that arrived after theirs.
 *
 * @param step the model's step after the delta
 * @param learned journal records of steps that are served, oldest first; each step is reported once
 * @param appliedAtMs when the weights changed, in epoch milliseconds
 * @param catchingUp whether the record was there before this process opened the model, so that its age does not measure
 *     the freshness of this process
 */
public record ModelAdvance(long step, List<StepRecord> learned, long appliedAtMs, boolean catchingUp) {
    public ModelAdvance {
        learned = List.copyOf(learned);
    }
}
