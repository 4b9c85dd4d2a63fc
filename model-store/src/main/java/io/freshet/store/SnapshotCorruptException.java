package io.freshet.store;

import java.io.IOException;

/** A snapshot that is not what its manifest says. Its message names the file and both sides of the mismatch. */
public final class SnapshotCorruptException extends IOException {
    private static final long serialVersionUID = 1L;

    SnapshotCorruptException(String message) {
        super(message);
    }

    SnapshotCorruptException(String message, Throwable cause) {
        super(message, cause);
    }
}
