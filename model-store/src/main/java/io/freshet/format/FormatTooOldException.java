package io.freshet.format;

import java.nio.file.Path;

/** A version of the format that this program no longer reads. */
public final class FormatTooOldException extends FormatException {
    private static final long serialVersionUID = 1L;

    /**
     * Names both sides.
     *
     * @param format name of the format
     * @param version the version found
     * @param oldestReadable the oldest version that this program reads
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
