package io.freshet.app.feed;

/** Thrown if a demo cannot continue, or some of its clicks were not processed. The message is meant for the user. */
public final class DemoFailedException extends Exception {
    public DemoFailedException(String message) {
        super(message);
    }

    public DemoFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
