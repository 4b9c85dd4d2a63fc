package io.freshet.check;

/** How a check came out. */
public enum Outcome {
    /** As it should be. */
    OK,
    /** Worth knowing. */
    NOTE,
    /** Works, but not as one would wish. */
    WARNING,
    /** Would not start, or would lose something. */
    PROBLEM
}
