package io.freshet.store;

import java.io.IOException;

/**
 * A store that cannot be used, now or with these settings. Says nothing of the snapshots in it: they may be as good as
 * ever. Its message names the place and what to do.
 */
public final class SnapshotStoreException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The message says what must hold, names the place, and says what to do. */
    public SnapshotStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
