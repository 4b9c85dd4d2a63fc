package io.freshet.store.format;

import java.nio.file.Path;

/**
 * Thrown for bytes that cannot be read in the expected format. Corrupt bytes must be replaced from elsewhere,
 * those of a too old version need a migration, those of a too new one a newer program.
 */
public abstract sealed class FormatException extends RuntimeException
        permits CorruptFormatException, FormatVersionException {
    FormatException(String message) {
        super(message);
    }

    FormatException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Returns the same exception with the file in its message. */
    abstract FormatException in(Path file);
}
