package io.freshet.workbench.cli;

import io.freshet.lab.parallel.ParallelConfig;
import io.freshet.lab.parallel.ParallelCost;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The cost of learning with several learners, as JSON documents have it.
 *
 * @param mergeSteps steps of each learner after which the learners merge
 * @param bytesPerMerge bytes of the differences of all learners in a merge
 * @param bytesPerClick the same for each click learned
 * @param learningCpuMsPerClick CPU time of ranking and learning for each click
 * @param mergingCpuMsPerClick CPU time of the merges of all learners for each click
 */
record ParallelReport(
        int learners,
        int mergeSteps,
        long merges,
        double bytesPerMerge,
        double bytesPerClick,
        double learningCpuMsPerClick,
        double mergingCpuMsPerClick) {
    /** Returns the cost; null if there is a single learner. */
    static @Nullable ParallelReport of(@Nullable ParallelConfig config, @Nullable ParallelCost cost) {
        if (config == null || cost == null) {
            return null;
        }
        double clicks = Math.max(1, cost.clicks());
        return new ParallelReport(
                config.learners(),
                config.mergeSteps(),
                cost.merges(),
                (double) cost.mergeBytes() / Math.max(1, cost.merges()),
                cost.mergeBytes() / clicks,
                cost.learningMs() / clicks,
                cost.mergingMs() / clicks);
    }

    String line() {
        return String.format(
                Locale.ROOT,
                "%d learners, %,d merges after at most %d steps each: %,.0f bytes a merge, %,.0f a click; CPU time of a"
                        + " click: %.3f ms to rank and learn, %.3f ms to merge",
                learners,
                merges,
                mergeSteps,
                bytesPerMerge,
                bytesPerClick,
                learningCpuMsPerClick,
                mergingCpuMsPerClick);
    }
}
