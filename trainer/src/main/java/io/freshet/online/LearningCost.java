package io.freshet.online;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stretches of learning cost. Two clocks: the wall's, and that of the thread that learns, which stands still while
 * others have the processor.
 */
public final class LearningCost {
    private LearningCost() {}

    /** Milliseconds. */
    public record Spread(double median, double p99, double longest) {}

    /**
     * A step that took long.
     *
     * @param items after it
     */
    public record SlowStep(long step, int items, double ms, double threadMs) {}

    /**
     * A stretch of steps.
     *
     * @param clicksPerSecond by the wall's clock, deltas included
     * @param stepMs of each step
     * @param threadMs the same by its thread's clock
     * @param deltaMs of taking the changes, which is done after some steps
     * @param rankingMs by its thread's clock, of ranking what a step is about to rank, which was done a second time to be
     *     measured; null where steps rank little
     * @param collections of garbage
     * @param collectionMs all of them together
     * @param slowest steps by their thread's clock, the slowest first
     */
    public record Phase(
            long steps,
            long clicks,
            double clicksPerSecond,
            Spread stepMs,
            Spread threadMs,
            Spread deltaMs,
            @Nullable Spread rankingMs,
            long collections,
            long collectionMs,
            List<SlowStep> slowest) {}

    /**
     * What is held after a collection.
     *
     * @param heapBytes in use, and {@code maxHeapBytes} there may be
     * @param tensorBytes outside the heap
     * @param replayUsers users whose sequences are kept
     */
    public record Footprint(
            long heapBytes, long maxHeapBytes, long tensorBytes, int items, int rows, int replayUsers) {}
}
