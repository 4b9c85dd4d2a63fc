package io.freshet.online;

/** A snapshot has another network or seed than the configuration says. */
final class OtherNetworkException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    OtherNetworkException(String message) {
        super(message);
    }
}
