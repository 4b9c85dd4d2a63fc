package io.freshet.lab.prequential;

import com.sun.management.OperatingSystemMXBean;
import io.freshet.store.modellog.TargetRanks;
import io.freshet.training.merge.Difference;
import io.freshet.training.merge.DifferenceCodec;
import io.freshet.training.step.ParallelLearner;
import io.freshet.training.step.UserUpdate;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs several learners, one after the other, as if each had a process of its own. A step of the comparison is one step of
 * each learner, with the clicks of its users. After a fixed number of steps, each learner writes its difference, and each
 * reads those of all learners, merges them and applies the merge. Owns the learners.
 */
final class ParallelRunner implements OnlineMethod {
    private static final double NANOS_PER_MS = 1e6;

    private final ParallelConfig config;
    private final List<ParallelLearner> learners = new ArrayList<>();
    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private int stepsSinceMerge;
    private TargetRanks amongAll = ranksOf(0);
    private TargetRanks amongUnseen = ranksOf(0);
    private int[] learned = {};
    private ParallelCost cost = ParallelCost.NONE;

    ParallelRunner(ComparisonConfig comparison, ParallelConfig config) {
        this.config = config;
        for (int number = 0; number < config.learners(); number++) {
            // The clicks of a step are not divided evenly: a step with more than usual is a full step all the same.
            learners.add(ParallelLearner.initial(
                    number,
                    comparison.model(),
                    comparison.training(),
                    comparison.learning().withFullStepClicks(Integer.MAX_VALUE),
                    comparison.repeats()));
        }
    }

    /** Returns the learners in the order of their numbers. */
    List<ParallelLearner> learners() {
        return learners;
    }

    ParallelCost cost() {
        return cost;
    }

    @Override
    public StepRanks run(Step step) {
        long start = system.getProcessCpuTime();
        learn(step);
        long learned = system.getProcessCpuTime();
        cost = cost.plusStep(step.updates().size(), (learned - start) / NANOS_PER_MS);
        stepsSinceMerge++;
        if (stepsSinceMerge == config.mergeSteps()) {
            long bytes = merge();
            cost = cost.plusMerge(bytes, (system.getProcessCpuTime() - learned) / NANOS_PER_MS);
            stepsSinceMerge = 0;
        }
        return new StepRanks(amongAll.served(), amongUnseen.served());
    }

    private void learn(Step step) {
        List<List<UserUpdate>> shares = new ArrayList<>();
        List<int[]> places = new ArrayList<>(); // by learner: places of its new positions among those of the step
        for (int number = 0; number < learners.size(); number++) {
            shares.add(new ArrayList<>());
            places.add(new int[step.clicks().size()]);
        }
        int[] positions = new int[learners.size()];
        int place = 0;
        for (UserUpdate update : step.updates()) {
            int number = config.learnerOf().applyAsInt(update.user());
            shares.get(number).add(update);
            for (int i = 0; i < update.update().newPositions().size(); i++) {
                places.get(number)[positions[number]++] = place++;
            }
        }
        amongAll = ranksOf(place);
        amongUnseen = ranksOf(place);
        learned = new int[place];
        for (int number = 0; number < learners.size(); number++) {
            ParallelLearner learner = learners.get(number);
            int[] ofLearner = Arrays.copyOf(places.get(number), positions[number]);
            scatter(learner.step(shares.get(number)).targetRanks(), ofLearner, amongUnseen);
            scatter(learner.learner().ranksAmongAll(), ofLearner, amongAll);
            scatter(learner.learner().ranksWeighed(), ofLearner, learned);
        }
    }

    private static TargetRanks ranksOf(int clicks) {
        return new TargetRanks(new int[clicks], new int[clicks], new int[clicks]);
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

    /** Lets all learners merge, and returns the bytes of their differences. */
    private long merge() {
        List<byte[]> written = new ArrayList<>();
        for (ParallelLearner learner : learners) {
            written.add(DifferenceCodec.encode(learner.takeDifference()));
        }
        for (ParallelLearner learner : learners) {
            List<Difference> read =
                    written.stream().map(DifferenceCodec::decode).toList();
            learner.apply(read);
        }
        return written.stream().mapToLong(bytes -> bytes.length).sum();
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
        learners.forEach(ParallelLearner::close);
    }
}
