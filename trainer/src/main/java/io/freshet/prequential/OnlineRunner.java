package io.freshet.prequential;

import io.freshet.online.OnlineLearner;
import io.freshet.online.StepOutcome;

/** The online learner: what it serves, and its network alone. Owns the learner. */
final class OnlineRunner implements Runner {
    private final OnlineLearner learner;
    private int[] ranks = {};
    private int[] networkRanks = {};

    OnlineRunner(OnlineLearner learner) {
        this.learner = learner;
    }

    OnlineLearner learner() {
        return learner;
    }

    @Override
    public int[] run(Step step) {
        StepOutcome outcome = learner.step(step.updates());
        ranks = outcome.ranks();
        networkRanks = outcome.ranks(); // what is served is the network
        return ranks;
    }

    /** The ranks of the last step's clicks. */
    int[] ranks() {
        return ranks;
    }

    /** The ranks that the network alone gave them. */
    int[] networkRanks() {
        return networkRanks;
    }

    @Override
    public void close() {
        learner.close();
    }
}
