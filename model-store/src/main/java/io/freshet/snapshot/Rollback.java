package io.freshet.snapshot;

import io.freshet.format.FormatException;
import java.time.Instant;

/**
 * Someone's word that scorers are to serve an older snapshot, and nothing that was learned after it, until it is taken
 * back. Stands among the manifests under the model's name. Immutable.
 *
 * @param formatVersion of this document
 * @param model name of the model
 * @param served version of the snapshot that is to be served
 * @param rollbackOf version of the newest snapshot at the time
 * @param since when it was said
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

    /** The JSON document ({@link SnapshotJson}) in UTF-8. */
    public byte[] toJson() {
        return JSON.write(this);
    }

    /**
     * The rollback that the bytes are.
     *
     * @throws FormatException for bytes that are corrupt, too old or too new
     */
    public static Rollback parse(byte[] json) {
        return JSON.read(json);
    }
}
