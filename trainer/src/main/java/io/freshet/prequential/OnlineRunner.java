package io.freshet.prequential;

import io.freshet.online.OnlineLearner;
import io.freshet.online.StepOutcome;

/** The online learner: what it serves, its network alone and its memory alone. Owns the learner. */
final class OnlineRunner implements Runner {
    private final OnlineLearner learner;
    private int[] ranks = {};
    private int[] networkRanks = {};
    private int[] memoryRanks = {};

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
        networkRanks = outcome.networkRanks();
        memoryRanks = outcome.memoryRanks();
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

    /** The ranks that the memory alone gave them. */
    int[] memoryRanks() {
        return memoryRanks;
    }

    @Override
    public void close() {
        learner.close();
    }
}
