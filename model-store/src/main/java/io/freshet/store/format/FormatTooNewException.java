package io.freshet.store.format;

import java.nio.file.Path;

/** Thrown for a version of the format that only a newer program can read. */
public final class FormatTooNewException extends FormatException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception whose message names both versions.
     *
     * @param format name of the format
     * @param version version found
     * @param newestReadable newest version that this program reads
     */
    public FormatTooNewException(String format, int version, int newestReadable) {
        super(format + " is too new for this program: version=" + version + ", newest readable version="
                + newestReadable);
    }

    private FormatTooNewException(String message, FormatTooNewException cause) {
        super(message, cause);
    }

    @Override
    FormatException in(Path file) {
        return new FormatTooNewException(file + ": " + getMessage(), this);
    }
}
