package io.freshet.lab.benchmark;

import io.freshet.lab.benchmark.LearningCost.Phase;
import io.freshet.lab.benchmark.LearningCost.SlowStep;
import io.freshet.lab.benchmark.LearningCost.Spread;
import io.freshet.training.learner.ModelChanges;
import io.freshet.training.step.OnlineLearner;
import io.freshet.training.step.StepOutcome;
import io.freshet.training.step.UserUpdate;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/** Measures the steps of a phase, and the garbage collections during the phase. Not thread-safe. */
final class StepTimes {
    private static final int SLOWEST = 5;
    private static final double MS = 1e6;

    private final long collectionsBefore = ofCollectors(GarbageCollectorMXBean::getCollectionCount);
    private final long collectionMsBefore = ofCollectors(GarbageCollectorMXBean::getCollectionTime);
    private final List<SlowStep> steps = new ArrayList<>();
    private final List<Double> deltaMs = new ArrayList<>();
    private final List<Double> rankingMs = new ArrayList<>();
    private long clicks;
    private double rankShares; // sum over the steps

    /** Learns a step and measures it. */
    void step(OnlineLearner learner, List<UserUpdate> updates) {
        long started = System.nanoTime();
        long threadStarted = threadNanos();
        StepOutcome outcome = learner.step(updates);
        double threadMs = (threadNanos() - threadStarted) / MS;
        double ms = (System.nanoTime() - started) / MS;
        clicks += updates.size();
        rankShares += outcome.rankShare().value();
        steps.add(new SlowStep(
                learner.model().step(), learner.model().vocabulary().itemCount(), ms, threadMs));
    }

    /** Takes the changes and measures the time. */
    void delta(OnlineLearner learner, int rowsPerPart) {
        long started = System.nanoTime();
        learner.takeDelta(rowsPerPart, ModelChanges.Selection.ALL);
        deltaMs.add((System.nanoTime() - started) / MS);
    }

    /** Ranks all updates of the next step and measures the time. */
    void ranking(OnlineLearner learner, List<UserUpdate> updates) {
        long started = threadNanos();
        learner.rank(updates);
        rankingMs.add((threadNanos() - started) / MS);
    }

    /** Returns the measurements so far. */
    Phase phase() {
        double seconds = (sum(steps.stream().map(SlowStep::ms).toList()) + sum(deltaMs)) / 1e3;
        return new Phase(
                steps.size(),
                clicks,
                clicks / seconds,
                clicks / (sum(steps.stream().map(SlowStep::threadMs).toList()) / 1e3),
                steps.isEmpty() ? 0 : rankShares / steps.size(),
                spread(steps.stream().map(SlowStep::ms).toList()),
                spread(steps.stream().map(SlowStep::threadMs).toList()),
                spread(deltaMs),
                rankingMs.isEmpty() ? null : spread(rankingMs),
                ofCollectors(GarbageCollectorMXBean::getCollectionCount) - collectionsBefore,
                ofCollectors(GarbageCollectorMXBean::getCollectionTime) - collectionMsBefore,
                steps.stream()
                        .sorted(Comparator.comparingDouble(SlowStep::threadMs).reversed())
                        .limit(SLOWEST)
                        .toList());
    }

    private static double sum(List<Double> values) {
        return values.stream().mapToDouble(value -> value).sum();
    }

    /** Returns the distribution of the values; all zeros if there are none. */
    static Spread spread(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(value -> value).sorted().toArray();
        return sorted.length == 0
                ? new Spread(0, 0, 0)
                : new Spread(at(sorted, .5), at(sorted, .99), sorted[sorted.length - 1]);
    }

    /**
     * Returns the nearest-rank percentile: the least value that at least the given share of the values do not exceed.
     */
    private static double at(double[] sorted, double share) {
        return sorted[(int) Math.ceil(share * sorted.length) - 1];
    }

    private static long threadNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long ofCollectors(ToLongFunction<GarbageCollectorMXBean> figure) {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(figure)
                .sum();
    }
}
