package io.freshet.app.feed;

import io.freshet.app.failure.Explained;

/** Thrown if clicks cannot be fed, a demo cannot continue, or some of its clicks were not processed. */
public final class FeedFailedException extends Exception implements Explained {
    public FeedFailedException(String message) {
        super(message);
    }

    public FeedFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
