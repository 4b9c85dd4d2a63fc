package io.freshet.store;

import java.io.IOException;

/**
 * Thrown if a store cannot be used, now or with these settings. It does not mean that the snapshots in the store are
 * damaged. The message names the location and what to do.
 */
public final class SnapshotStoreException extends IOException {
    /** Creates an exception whose message states the violated requirement, the location and what to do. */
    public SnapshotStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
