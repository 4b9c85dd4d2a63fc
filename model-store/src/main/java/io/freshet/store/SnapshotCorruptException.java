package io.freshet.store;

import java.io.IOException;

/** Thrown for a snapshot that does not match its manifest. The message names the file and both sides of the mismatch. */
public final class SnapshotCorruptException extends IOException {
    SnapshotCorruptException(String message) {
        super(message);
    }

    SnapshotCorruptException(String message, Throwable cause) {
        super(message, cause);
    }
}
