package io.freshet.snapshot;

import io.freshet.format.FormatException;

/** A manifest as a JSON document ({@link SnapshotJson}). */
public final class ManifestCodec {
    private static final SnapshotJson<Manifest> JSON =
            new SnapshotJson<>("manifest", Manifest.class, Manifest.OLDEST_FORMAT_VERSION, Manifest.FORMAT_VERSION);

    private ManifestCodec() {}

    /** The manifest's JSON in UTF-8. */
    public static byte[] toJson(Manifest manifest) {
        return JSON.write(manifest);
    }

    /**
     * The manifest that the bytes are.
     *
     * @throws FormatException for bytes that are corrupt, too old or too new
     */
    public static Manifest parse(byte[] json) {
        return JSON.read(json);
    }
}
