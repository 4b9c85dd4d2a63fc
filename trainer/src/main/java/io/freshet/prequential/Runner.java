package io.freshet.prequential;

import io.freshet.delta.StepRecord;

/** Takes part in a race: gives each click of a step its rank, and then learns from the step what it will. */
interface Runner extends AutoCloseable {
    /** Called before any runner runs the step, with what is to be done before. */
    default void makeReady(Step step) {}

    /**
     * Ranks and learns.
     *
     * @return one for each of the step's clicks: {@link StepRecord#NO_EVENT}, {@link StepRecord#MISS}, or the rank from 1
     */
    int[] run(Step step);

    @Override
    default void close() {}
}
