package io.freshet.scoring;

import org.jspecify.annotations.Nullable;

/** A record of the catalogue that says nothing of an item. */
final class MalformedItemException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedItemException(String message) {
        this(message, null);
    }

    MalformedItemException(String message, @Nullable Throwable cause) {
        // No stack trace: it would always be the reader's.
        super(message, cause, false, false);
    }
}
