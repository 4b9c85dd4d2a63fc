package io.freshet.lab.prequential;

import io.freshet.lab.parallel.ParallelConfig;
import io.freshet.lab.parallel.ParallelCost;
import io.freshet.lab.parallel.ParallelLearners;
import io.freshet.store.modellog.TargetRanks;
import io.freshet.training.step.OnlineLearner;

/**
 * Runs several learners in parallel. A step of the comparison is one step of each learner, with the clicks of its users, which
 * it ranks with its own model. Owns the learners.
 */
final class ParallelRunner implements OnlineMethod {
    private final ParallelLearners learners;
    private TargetRanks amongAll = ranksOf(0);
    private TargetRanks amongUnseen = ranksOf(0);
    private int[] learned = {};

    ParallelRunner(ComparisonConfig comparison, ParallelConfig config) {
        this.learners = new ParallelLearners(
                config, comparison.model(), comparison.training(), comparison.learning(), comparison.repeats());
    }

    ParallelCost cost() {
        return learners.cost();
    }

    @Override
    public StepRanks run(Step step) {
        int clicks = step.clicks().size();
        amongAll = ranksOf(clicks);
        amongUnseen = ranksOf(clicks);
        learned = new int[clicks];
        learners.step(step.updates(), this::scatter);
        return new StepRanks(amongAll.served(), amongUnseen.served());
    }

    private static TargetRanks ranksOf(int clicks) {
        return new TargetRanks(new int[clicks], new int[clicks], new int[clicks]);
    }

    private void scatter(OnlineLearner learner, TargetRanks ranks, int[] places) {
        scatter(ranks, places, amongUnseen);
        scatter(learner.ranksAmongAll(), places, amongAll);
        scatter(learner.ranksWeighed(), places, learned);
    }

    private static void scatter(TargetRanks from, int[] places, TargetRanks to) {
        scatter(from.served(), places, to.served());
        scatter(from.network(), places, to.network());
        scatter(from.memory(), places, to.memory());
    }

    private static void scatter(int[] from, int[] places, int[] to) {
        for (int i = 0; i < places.length; i++) {
            to[places[i]] = from[i];
        }
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
        learners.close();
    }
}
