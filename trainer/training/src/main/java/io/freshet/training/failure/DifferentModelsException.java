package io.freshet.training.failure;

/** Thrown if learners that must have the same model have different ones. The message says what can be done. */
public final class DifferentModelsException extends IllegalStateException {
    private static final String WAY_OUT = ". Let all trainers run with learners.count=1 first: they continue from the"
            + " newest snapshot of the model";

    /** @param rule what must hold, and both sides of the mismatch */
    public DifferentModelsException(String rule) {
        super(rule + WAY_OUT);
    }
}
