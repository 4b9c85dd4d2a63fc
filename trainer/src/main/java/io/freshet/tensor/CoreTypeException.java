package io.freshet.tensor;

/** A core type of OpenBLAS cannot be measured here; the message says why. */
final class CoreTypeException extends Exception {
    private static final long serialVersionUID = 1;

    CoreTypeException(String message) {
        super(message);
    }
}
