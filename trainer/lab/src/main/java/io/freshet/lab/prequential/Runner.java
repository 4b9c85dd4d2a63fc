package io.freshet.lab.prequential;

import io.freshet.store.modellog.StepRecord;

/** A participant in a comparison, which ranks each click of a step and may then learn from the step. */
interface Runner extends AutoCloseable {
    /** Prepares for a step. Called before any runner runs the step. */
    default void makeReady(Step step) {}

    /**
     * Ranks the step's clicks, then learns from them.
     *
     * @return one rank for each of the step's clicks: {@link StepRecord#NO_EVENT}, {@link StepRecord#UNRANKED},
     *     {@link StepRecord#MISS}, or the rank from 1
     */
    int[] run(Step step);

    @Override
    default void close() {}
}
