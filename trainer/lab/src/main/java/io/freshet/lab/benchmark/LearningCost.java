package io.freshet.lab.benchmark;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Measurements of learning. Times are taken by one of two clocks: the wall clock, and the CPU clock of the learning
 * thread, which stops while other threads have the processor.
 */
public final class LearningCost {
    private LearningCost() {}

    /** Distribution of times, in milliseconds. */
    public record Spread(double median, double p99, double longest) {}

    /**
     * A step that took long.
     *
     * @param items number of items after the step
     */
    public record SlowStep(long step, int items, double ms, double threadMs) {}

    /**
     * Measurements of a sequence of steps.
     *
     * @param clicksPerSecond by the wall clock, including the time of deltas
     * @param clicksPerCpuSecond by the CPU clock of the learning thread, without deltas
     * @param rankShare mean share of a step's clicks that was ranked
     * @param stepMs wall time of each step
     * @param threadMs CPU time of each step
     * @param deltaMs wall time of taking the changes, which is done after some of the steps
     * @param rankingMs CPU time of ranking all of a step's updates, which is done once more before the step so that it can be
     *     measured; null if it was not measured
     * @param collections number of garbage collections
     * @param collectionMs total time of the garbage collections
     * @param slowest slowest steps by CPU time, the slowest first
     */
    public record Phase(
            long steps,
            long clicks,
            double clicksPerSecond,
            double clicksPerCpuSecond,
            double rankShare,
            Spread stepMs,
            Spread threadMs,
            Spread deltaMs,
            @Nullable Spread rankingMs,
            long collections,
            long collectionMs,
            List<SlowStep> slowest) {}

    /**
     * Memory in use after a garbage collection.
     *
     * @param heapBytes used heap
     * @param maxHeapBytes largest heap that the JVM may use
     * @param tensorBytes tensor memory outside the heap
     * @param replayUsers users whose sequences are kept for replay
     */
    public record Footprint(
            long heapBytes, long maxHeapBytes, long tensorBytes, int items, int rows, int replayUsers) {}
}
