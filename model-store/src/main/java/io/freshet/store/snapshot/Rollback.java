package io.freshet.store.snapshot;

import io.freshet.store.format.FormatException;
import java.time.Instant;

/**
 * An instruction to scorers to serve an older snapshot, and nothing learned after it, until the rollback is withdrawn.
 * Stored among the manifests under the model's name. Immutable.
 *
 * @param formatVersion format version of this document
 * @param model name of the model
 * @param served version of the snapshot to serve
 * @param rollbackOf version of the newest snapshot at the time of the rollback
 * @param since time of the rollback
 */
public record Rollback(int formatVersion, String model, String served, String rollbackOf, Instant since) {
    public static final int FORMAT_VERSION = 1;

    private static final SnapshotJson<Rollback> JSON =
            new SnapshotJson<>("rollback", Rollback.class, FORMAT_VERSION, FORMAT_VERSION);

    public Rollback {
        if (model.isEmpty() || served.isEmpty()) {
            throw new IllegalArgumentException(
                    "rollback must have a model and a served version: model=" + model + ", served=" + served);
        }
    }

    /** Returns the JSON document ({@link SnapshotJson}) in UTF-8. */
    public byte[] toJson() {
        return JSON.write(this);
    }

    /**
     * Parses a rollback.
     *
     * @throws FormatException if the bytes are corrupt, too old or too new
     */
    public static Rollback parse(byte[] json) {
        return JSON.read(json);
    }
}
