package io.freshet.store.format;

import java.nio.file.Path;

/** Thrown for a version of the format that this program can no longer read. */
public final class FormatTooOldException extends FormatException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception whose message names both versions.
     *
     * @param format name of the format
     * @param version version found
     * @param oldestReadable oldest version that this program reads
     */
    public FormatTooOldException(String format, int version, int oldestReadable) {
        super(format + " is too old for this program: version=" + version + ", oldest readable version="
                + oldestReadable);
    }

    private FormatTooOldException(String message, FormatTooOldException cause) {
        super(message, cause);
    }

    @Override
    FormatException in(Path file) {
        return new FormatTooOldException(file + ": " + getMessage(), this);
    }
}
