package io.freshet.store.format;

import java.nio.file.Path;

/**
 * Thrown for bytes that cannot be read in the expected format. The three subclasses need different responses: corrupt
 * bytes must be replaced from elsewhere, too old ones need a migration, too new ones need a newer program.
 */
public abstract sealed class FormatException extends RuntimeException
        permits CorruptFormatException, FormatTooOldException, FormatTooNewException {
    private static final long serialVersionUID = 1L;

    FormatException(String message) {
        super(message);
    }

    FormatException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Returns the same exception with the file in its message. */
    abstract FormatException in(Path file);
}
