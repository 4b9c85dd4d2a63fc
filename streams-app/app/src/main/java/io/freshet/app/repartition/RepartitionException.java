package io.freshet.app.repartition;

import io.freshet.app.failure.Explained;

/** Thrown if a state cannot be moved to more partitions. The message says what must hold and what to do. */
public final class RepartitionException extends Exception implements Explained {
    RepartitionException(String message) {
        super(message);
    }

    RepartitionException(String message, Throwable cause) {
        super(message, cause);
    }
}
