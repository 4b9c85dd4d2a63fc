package io.freshet.training.failure;

/**
 * Thrown if records that a model must continue from are no longer on their topic. The message names the records and
 * says what can be done.
 */
public final class MissingRecordsException extends IllegalStateException {
    public MissingRecordsException(String message) {
        super(message);
    }
}
