package io.freshet.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.format.CorruptFormatException;
import io.freshet.format.FormatException;

/**
 * A manifest as a JSON document ({@link SnapshotJson}).
 *
 * <pre>
 * format_version 1   the manifest's components; what is changed in it is not noticed
 * format_version 2   the same, then the SHA-256 of all that ({@link DigestAtEnd})
 * </pre>
 */
public final class ManifestCodec {
    private static final SnapshotJson<Manifest> JSON =
            new SnapshotJson<>("manifest", Manifest.class, Manifest.OLDEST_FORMAT_VERSION, Manifest.FORMAT_VERSION);

    private ManifestCodec() {}

    /** The manifest's JSON in UTF-8, in the form of the manifest's own version. */
    public static byte[] toJson(Manifest manifest) {
        byte[] json = JSON.write(manifest);
        return hasDigest(manifest) ? DigestAtEnd.added(json) : json;
    }

    /**
     * The manifest that the bytes are.
     *
     * @throws FormatException for bytes that are corrupt, too old or too new
     */
    public static Manifest parse(byte[] json) {
        return parse(json, JSON);
    }

    /**
     * The manifest that the bytes are.
     *
     * @param where they come from, which failures name
     * @throws FormatException for bytes that are corrupt, too old or too new
     */
    public static Manifest parse(byte[] json, String where) {
        return parse(json, JSON.named("manifest " + where));
    }

    private static Manifest parse(byte[] json, SnapshotJson<Manifest> document) {
        JsonNode root = document.tree(json);
        Manifest manifest = document.value(root, json.length);
        if (hasDigest(manifest)) {
            DigestAtEnd.verify(document.name(), json);
        } else if (root.has(DigestAtEnd.FIELD)) {
            throw new CorruptFormatException(document.name() + " must not have a " + DigestAtEnd.FIELD
                    + " in format_version=" + manifest.formatVersion());
        }
        return manifest;
    }

    private static boolean hasDigest(Manifest manifest) {
        return manifest.formatVersion() >= Manifest.FIRST_WITH_DIGEST;
    }
}
