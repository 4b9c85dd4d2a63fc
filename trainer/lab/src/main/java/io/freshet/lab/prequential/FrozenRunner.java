package io.freshet.lab.prequential;

import io.freshet.training.step.OnlineLearner;
import org.jspecify.annotations.Nullable;

/**
 * Runs a copy of the online learner. The copy is taken after a share of the stream and does not learn any further.
 * Until the copy is taken, the ranks are those of the online learner. Items that appear later are ranked by their
 * initial vectors.
 *
 * <p>Must run after the online learner. Owns the copy.
 */
final class FrozenRunner implements Runner {
    private final OnlineRunner online;
    private final long learnedRecords;
    private @Nullable OnlineLearner frozen;

    /**
     * Creates a runner whose copy has not been taken yet.
     *
     * @param learnedRecords maximum number of records that the copy has learned from
     */
    FrozenRunner(OnlineRunner online, long learnedRecords) {
        this.online = online;
        this.learnedRecords = learnedRecords;
    }

    @Override
    public void makeReady(Step step) {
        if (frozen == null && step.firstRecord() + step.updates().size() > learnedRecords) {
            frozen = LearnerCopies.of(online.learner());
        }
    }

    @Override
    public StepRanks run(Step step) {
        return frozen == null ? online.ranks() : LearnerCopies.rank(frozen, step);
    }

    @Override
    public void close() {
        if (frozen != null) {
            frozen.close();
        }
    }
}
