package io.freshet.service.runtime;

/** A role of the process. */
public enum Role {
    /** Sequences clicks and answers them. */
    STREAMS,
    /** Trains the model. */
    TRAINER,
    /** Answers sequences that another process writes. */
    SCORER
}
