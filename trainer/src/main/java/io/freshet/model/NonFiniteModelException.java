package io.freshet.model;

/** A model or its optimiser holds a number that is NaN or infinite: its weights are worth nothing and are not passed on. */
public final class NonFiniteModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Names the number.
     *
     * @param step the model's
     * @param number where the first such number is, and which it is
     */
    public NonFiniteModelException(long step, String number) {
        super("a model must hold finite numbers: step=" + step + ", " + number);
    }
}
