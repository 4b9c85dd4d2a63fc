package io.freshet.demo;

/** A demo that could not go on, or whose clicks did not all come through. The message is for the person. */
public final class DemoFailedException extends Exception {
    private static final long serialVersionUID = 1;

    DemoFailedException(String message) {
        super(message);
    }

    DemoFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
