package io.freshet.lab.parallel;

/**
 * What it took to learn with several learners. CPU time is that of the whole process, and includes compilation.
 *
 * @param clicks number of records learned
 * @param merges number of merges
 * @param mergeBytes bytes of the differences of all learners in all merges
 * @param learningMs CPU time of the steps of all learners, with ranking
 * @param mergingMs CPU time of all learners to write their differences, and to read, merge and apply those of all
 */
public record ParallelCost(long clicks, long merges, long mergeBytes, double learningMs, double mergingMs) {
    /** No clicks and no merges. */
    static final ParallelCost NONE = new ParallelCost(0, 0, 0, 0, 0);

    ParallelCost plusStep(int stepClicks, double ms) {
        return new ParallelCost(clicks + stepClicks, merges, mergeBytes, learningMs + ms, mergingMs);
    }

    ParallelCost plusMerge(long bytes, double ms) {
        return new ParallelCost(clicks, merges + 1, mergeBytes + bytes, learningMs, mergingMs + ms);
    }
}
