package io.freshet.lab.parallel;

import java.util.function.ToIntFunction;

/**
 * Several learners that learn in parallel.
 *
 * @param learners number of learners, at least 1
 * @param mergeSteps steps of each learner after which the learners merge
 * @param learnerOf number of the learner, from 0, that learns from the clicks of a user
 */
public record ParallelConfig(int learners, int mergeSteps, ToIntFunction<String> learnerOf) {
    public ParallelConfig {
        if (learners < 1 || mergeSteps < 1) {
            throw new IllegalArgumentException("there must be a learner, and a step between merges:" + " learners="
                    + learners + " mergeSteps=" + mergeSteps);
        }
    }
}
