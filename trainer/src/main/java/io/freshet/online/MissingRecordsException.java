package io.freshet.online;

/** Records that a model must go on from are not on their topic any more; says which, and what can be done. */
final class MissingRecordsException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    MissingRecordsException(String message) {
        super(message);
    }
}
