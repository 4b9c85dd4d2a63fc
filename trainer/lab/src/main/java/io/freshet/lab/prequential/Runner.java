package io.freshet.lab.prequential;

/** A participant in a comparison, which ranks each click of a step and may then learn from the step. */
interface Runner extends AutoCloseable {
    /** Prepares for a step. Called before any runner runs the step. */
    default void makeReady(Step step) {}

    /** Ranks the step's clicks, then learns from them. */
    StepRanks run(Step step);

    @Override
    default void close() {}
}
