package io.freshet.model.recommender;

/**
 * Thrown if a model or its optimiser holds a number that is NaN or infinite. Such a model is neither saved nor
 * published.
 */
public final class NonFiniteModelException extends RuntimeException {
    /**
     * Creates an exception that names the number.
     *
     * @param step step of the model
     * @param number location and value of the first such number
     */
    public NonFiniteModelException(long step, String number) {
        super("a model must hold finite numbers: step=" + step + ", " + number);
    }
}
