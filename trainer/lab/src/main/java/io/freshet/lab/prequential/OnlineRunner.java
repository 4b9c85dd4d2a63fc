package io.freshet.lab.prequential;

import io.freshet.store.modellog.TargetRanks;
import io.freshet.training.step.OnlineLearner;

/**
 * Runs the online learner and reports ranks by the mixture that it serves, by its network alone and by its memory
 * alone. Owns the learner, which masks items by a repeat policy.
 */
final class OnlineRunner implements OnlineMethod {
    private static final TargetRanks NONE = new TargetRanks(new int[0], new int[0], new int[0]);

    private final OnlineLearner learner;
    private TargetRanks amongAll = NONE;
    private TargetRanks amongUnseen = NONE;
    private int[] learned = {};

    OnlineRunner(OnlineLearner learner) {
        this.learner = learner;
    }

    OnlineLearner learner() {
        return learner;
    }

    @Override
    public StepRanks run(Step step) {
        amongUnseen = learner.step(step.updates()).targetRanks();
        amongAll = learner.ranksAmongAll();
        learned = learner.ranksWeighed();
        return ranks();
    }

    /** Returns the ranks of the last step's clicks. */
    StepRanks ranks() {
        return new StepRanks(amongAll.served(), amongUnseen.served());
    }

    @Override
    public StepRanks networkRanks() {
        return new StepRanks(amongAll.network(), amongUnseen.network());
    }

    @Override
    public StepRanks memoryRanks() {
        return new StepRanks(amongAll.memory(), amongUnseen.memory());
    }

    @Override
    public int[] learnedRanks() {
        return learned;
    }

    @Override
    public void close() {
        learner.close();
    }
}
