package io.freshet.online;

/**
 * Thrown if records that a model must continue from are no longer on their topic. The message says which, and what can be
 * done.
 */
final class MissingRecordsException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    MissingRecordsException(String message) {
        super(message);
    }
}
