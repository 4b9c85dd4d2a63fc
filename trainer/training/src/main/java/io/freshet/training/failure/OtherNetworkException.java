package io.freshet.training.failure;

/** Thrown if a snapshot has another network or seed than the configuration. */
public final class OtherNetworkException extends IllegalStateException {
    public OtherNetworkException(String message) {
        super(message);
    }

    public OtherNetworkException(String message, Throwable cause) {
        super(message, cause);
    }
}
