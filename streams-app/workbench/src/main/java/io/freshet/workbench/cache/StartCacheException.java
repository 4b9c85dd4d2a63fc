package io.freshet.workbench.cache;

import io.freshet.app.failure.Explained;
import java.io.IOException;

/** Thrown if no start cache could be recorded. The message is meant for the user. */
public final class StartCacheException extends IOException implements Explained {
    StartCacheException(String message) {
        super(message);
    }

    StartCacheException(String message, Throwable cause) {
        super(message, cause);
    }
}
