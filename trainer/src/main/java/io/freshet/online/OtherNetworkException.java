package io.freshet.online;

/** Thrown if a snapshot has another network or seed than the configuration. */
final class OtherNetworkException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    OtherNetworkException(String message) {
        super(message);
    }

    OtherNetworkException(String message, Throwable cause) {
        super(message, cause);
    }
}
