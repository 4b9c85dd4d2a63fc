package io.freshet.app.check;

/** The outcome of a check. */
public enum Outcome {
    /** As it should be. */
    OK,
    /** Worth knowing. */
    NOTE,
    /** Works, but not well. */
    WARNING,
    /** The process would not start, or would lose data. */
    PROBLEM
}
