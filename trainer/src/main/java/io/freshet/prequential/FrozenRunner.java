package io.freshet.prequential;

import io.freshet.evaluation.SeenItems;
import io.freshet.online.OnlineLearner;
import org.jspecify.annotations.Nullable;

/**
 * The online learner as it stood after a share of the stream. Until then it is the online learner. Items that came later
 * it ranks by their first vectors.
 *
 * <p>Runs after the online learner. Owns the copy.
 */
final class FrozenRunner implements Runner {
    private final OnlineRunner online;
    private final long learnedRecords;
    private final SeenItems seen;
    private @Nullable OnlineLearner frozen;

    /**
     * A copy to come.
     *
     * @param learnedRecords how many records are learned from at most
     */
    FrozenRunner(OnlineRunner online, long learnedRecords, SeenItems seen) {
        this.online = online;
        this.learnedRecords = learnedRecords;
        this.seen = seen;
    }

    @Override
    public void makeReady(Step step) {
        if (frozen == null && step.firstRecord() + step.updates().size() > learnedRecords) {
            frozen = LearnerCopies.of(online.learner(), seen);
        }
    }

    @Override
    public int[] run(Step step) {
        return frozen == null ? online.ranks() : frozen.rank(step.updates());
    }

    @Override
    public void close() {
        if (frozen != null) {
            frozen.close();
        }
    }
}
