package io.freshet.store.format;

import java.nio.file.Path;

/** Thrown for bytes that no version of the format could have written: damaged, truncated, or something else altogether. */
public final class CorruptFormatException extends FormatException {
    /** Creates an exception whose message names the format, the violated rule and the value found. */
    public CorruptFormatException(String message) {
        super(message);
    }

    /** Creates an exception whose message names the format, the violated rule and the value found. */
    public CorruptFormatException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    FormatException in(Path file) {
        return new CorruptFormatException(file + ": " + getMessage(), this);
    }
}
