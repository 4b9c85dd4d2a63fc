package io.freshet.lab.parallel;

import com.sun.management.OperatingSystemMXBean;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.store.modellog.TargetRanks;
import io.freshet.store.sequence.RepeatPolicy;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.merge.Difference;
import io.freshet.training.merge.DifferenceCodec;
import io.freshet.training.step.OnlineLearner;
import io.freshet.training.step.ParallelLearner;
import io.freshet.training.step.UserUpdate;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Several learners that learn one after the other, as if each had a process of its own. In a step, each learner makes one step
 * of the updates of its users. After {@link ParallelConfig#mergeSteps} steps, each learner writes its difference, and each
 * reads those of all learners, merges them and applies the merge. After a merge, all have the same model.
 *
 * <p>Owns the learners. Not thread-safe.
 */
public final class ParallelLearners implements AutoCloseable {
    private static final double NANOS_PER_MS = 1e6;

    private final ParallelConfig config;
    private final List<ParallelLearner> learners = new ArrayList<>();
    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private int stepsSinceMerge;
    private ParallelCost cost = ParallelCost.NONE;

    /** Receives what the learners ranked. */
    public interface RankListener {
        /** Ignores the ranks. */
        RankListener NONE = (_, _, _) -> {};

        /**
         * Called after the step of each learner, and before a merge.
         *
         * @param learner learner that made the step
         * @param ranks ranks of the learner's new positions
         * @param places place of each of these positions among the new positions of all updates
         */
        void ranked(OnlineLearner learner, TargetRanks ranks, int[] places);
    }

    /**
     * Creates learners that have seen nothing.
     *
     * @param repeats which of the items that a user has seen are not ranked
     * @throws IllegalArgumentException if items are to be forgotten, which learners in parallel cannot do
     */
    public ParallelLearners(
            ParallelConfig config,
            ModelConfig model,
            TrainingConfig training,
            LearningConfig learning,
            RepeatPolicy repeats) {
        this.config = config;
        // The updates of a step are not divided evenly: a step with more than usual is a full step all the same.
        LearningConfig full = learning.withFullStepClicks(Integer.MAX_VALUE);
        for (int number = 0; number < config.learners(); number++) {
            learners.add(ParallelLearner.initial(number, model, training, full, repeats));
        }
    }

    /** Lets each learner rank and learn the updates of its users, in their order, and all merge if it is time to. */
    public void step(List<UserUpdate> updates, RankListener listener) {
        long start = system.getProcessCpuTime();
        List<Share> shares = divide(updates);
        for (int number = 0; number < learners.size(); number++) {
            ParallelLearner learner = learners.get(number);
            Share share = shares.get(number);
            TargetRanks ranks = learner.step(share.updates).targetRanks();
            listener.ranked(learner.learner(), ranks, share.places.build().toArray());
        }
        cost = cost.plusStep(updates.size(), msSince(start));
        stepsSinceMerge++;
        if (stepsSinceMerge == config.mergeSteps()) {
            merge();
        }
    }

    /** What a learner gets of a step. */
    private static final class Share {
        private final List<UserUpdate> updates = new ArrayList<>();
        private final IntStream.Builder places = IntStream.builder(); // of its new positions, among those of the step
    }

    private List<Share> divide(List<UserUpdate> updates) {
        List<Share> shares = learners.stream().map(_ -> new Share()).toList();
        int place = 0;
        for (UserUpdate update : updates) {
            Share share = shares.get(config.learnerOf().applyAsInt(update.user()));
            share.updates.add(update);
            for (int i = 0; i < update.update().newPositions().size(); i++) {
                share.places.add(place++);
            }
        }
        return shares;
    }

    /** Lets all learners merge now, unless they have made no step since the last merge. */
    public void merge() {
        if (stepsSinceMerge == 0) {
            return;
        }
        long start = system.getProcessCpuTime();
        List<byte[]> written = new ArrayList<>();
        for (ParallelLearner learner : learners) {
            written.add(DifferenceCodec.encode(learner.takeDifference()));
        }
        for (ParallelLearner learner : learners) {
            List<Difference> read =
                    written.stream().map(DifferenceCodec::decode).toList();
            learner.apply(read);
        }
        stepsSinceMerge = 0;
        cost = cost.plusMerge(written.stream().mapToLong(bytes -> bytes.length).sum(), msSince(start));
    }

    private double msSince(long startNanos) {
        return (system.getProcessCpuTime() - startNanos) / NANOS_PER_MS;
    }

    /** Returns the learners, which this object owns, in the order of their numbers. */
    public List<OnlineLearner> learners() {
        return learners.stream().map(ParallelLearner::learner).toList();
    }

    /** Returns what it has taken so far to learn. */
    public ParallelCost cost() {
        return cost;
    }

    @Override
    public void close() {
        learners.forEach(ParallelLearner::close);
    }
}
