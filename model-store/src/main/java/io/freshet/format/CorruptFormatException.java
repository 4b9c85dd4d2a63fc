package io.freshet.format;

import java.nio.file.Path;

/** Bytes that no version of the format could have written: damaged, cut short, or something else altogether. */
public final class CorruptFormatException extends FormatException {
    private static final long serialVersionUID = 1L;

    /** The message says what must hold and what was found, with the format's name. */
    public CorruptFormatException(String message) {
        super(message);
    }

    /** The message says what must hold and what was found, with the format's name. */
    public CorruptFormatException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    FormatException in(Path file) {
        return new CorruptFormatException(file + ": " + getMessage(), this);
    }
}
