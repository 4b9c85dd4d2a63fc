package io.freshet.lab.prequential;

import io.freshet.store.modellog.TargetRanks;
import io.freshet.training.step.OnlineLearner;

/**
 * Runs the online learner and reports ranks by the mixture that it serves, by its network alone and by its memory
 * alone. Owns the learner.
 */
final class OnlineRunner implements OnlineMethod {
    private final OnlineLearner learner;
    private TargetRanks ranks = new TargetRanks(new int[0], new int[0], new int[0]);

    OnlineRunner(OnlineLearner learner) {
        this.learner = learner;
    }

    OnlineLearner learner() {
        return learner;
    }

    @Override
    public int[] run(Step step) {
        ranks = learner.step(step.updates()).targetRanks();
        return ranks.served();
    }

    /** Returns the ranks of the last step's clicks. */
    int[] ranks() {
        return ranks.served();
    }

    @Override
    public int[] networkRanks() {
        return ranks.network();
    }

    @Override
    public int[] memoryRanks() {
        return ranks.memory();
    }

    @Override
    public void close() {
        learner.close();
    }
}
