package io.freshet.format;

import java.nio.file.Path;

/**
 * Bytes that cannot be read as what they should be. The three kinds ask for different answers: corrupt bytes are
 * replaced from elsewhere, bytes that are too old need a migration, bytes that are too new need a newer program.
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

    /** The same, saying in which file. */
    abstract FormatException in(Path file);
}
