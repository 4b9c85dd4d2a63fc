package io.freshet.store.format;

import java.nio.file.Path;

/** Thrown for a version of the format that this program cannot read: it is too old, or only a newer program can. */
public final class FormatVersionException extends FormatException {
    private FormatVersionException(String message) {
        super(message);
    }

    private FormatVersionException(String message, FormatVersionException cause) {
        super(message, cause);
    }

    /**
     * Checks that a version can be read.
     *
     * @param format name of the format
     * @param version version found
     * @throws FormatVersionException if it is below the oldest or above the newest readable version; the message names
     *     both versions
     */
    public static void require(String format, int version, int oldestReadable, int newestReadable) {
        if (version < oldestReadable) {
            throw new FormatVersionException(format + " is too old for this program: version=" + version
                    + ", oldest readable version=" + oldestReadable);
        }
        if (version > newestReadable) {
            throw new FormatVersionException(format + " is too new for this program: version=" + version
                    + ", newest readable version=" + newestReadable);
        }
    }

    @Override
    FormatException in(Path file) {
        return new FormatVersionException(file + ": " + getMessage(), this);
    }
}
