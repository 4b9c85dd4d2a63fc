package io.freshet.client.item;

import org.jspecify.annotations.Nullable;

/** Thrown if a record of the catalogue is not a valid item. */
public final class MalformedItemException extends Exception {
    MalformedItemException(String message) {
        this(message, null);
    }

    MalformedItemException(String message, @Nullable Throwable cause) {
        // No stack trace: it would always lead to the catalogue's reader.
        super(message, cause, false, false);
    }
}
