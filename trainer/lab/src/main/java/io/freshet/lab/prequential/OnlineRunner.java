package io.freshet.lab.prequential;

import io.freshet.training.step.OnlineLearner;
import io.freshet.training.step.StepOutcome;

/**
 * Runs the online learner and reports ranks by the mixture that it serves, by its network alone and by its memory
 * alone. Owns the learner.
 */
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

    /** Returns the ranks of the last step's clicks. */
    int[] ranks() {
        return ranks;
    }

    /** Returns the ranks that the network alone gave the last step's clicks. */
    int[] networkRanks() {
        return networkRanks;
    }

    /** Returns the ranks that the memory alone gave the last step's clicks. */
    int[] memoryRanks() {
        return memoryRanks;
    }

    @Override
    public void close() {
        learner.close();
    }
}
