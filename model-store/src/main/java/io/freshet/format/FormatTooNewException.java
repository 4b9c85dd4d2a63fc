package io.freshet.format;

import java.nio.file.Path;

/** A version of the format that only a newer program reads. */
public final class FormatTooNewException extends FormatException {
    private static final long serialVersionUID = 1L;

    /**
     * Names both sides.
     *
     * @param format name of the format
     * @param version the version found
     * @param newestReadable the newest version that this program reads
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
