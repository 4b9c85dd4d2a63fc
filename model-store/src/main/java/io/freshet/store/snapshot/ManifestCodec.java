package io.freshet.store.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatException;
import java.util.Set;

/**
 * Reads and writes a manifest as a JSON document ({@link SnapshotJson}).
 *
 * <pre>
 * format_version 1   the manifest's components except lineage and model_deltas; corruption is not detected
 * format_version 2   the same, then the SHA-256 of the document ({@link TrailingDigest})
 * format_version 3   the manifest's components including lineage and except model_deltas, then the SHA-256
 * format_version 4   all components, then the SHA-256
 * format_version 5   the same; the rows of items are in files of their own, each with the same number of rows
 * </pre>
 */
public final class ManifestCodec {
    private static final SnapshotJson<Manifest> JSON =
            new SnapshotJson<>("manifest", Manifest.class, Manifest.OLDEST_FORMAT_VERSION, Manifest.FORMAT_VERSION);

    private static final String LINEAGE = "lineage";
    private static final String DELTAS = "model_deltas";

    private ManifestCodec() {}

    /** Returns the manifest's JSON in UTF-8, in the manifest's own format version. */
    public static byte[] toJson(Manifest manifest) {
        byte[] json = JSON.writeWithout(fieldsNotIn(manifest.formatVersion()), manifest);
        return hasDigest(manifest) ? TrailingDigest.added(json) : json;
    }

    /**
     * Parses a manifest.
     *
     * @throws FormatException if the bytes are corrupt, too old or too new
     */
    public static Manifest parse(byte[] json) {
        return parse(json, JSON);
    }

    /**
     * Parses a manifest.
     *
     * @param where source of the bytes, for messages
     * @throws FormatException if the bytes are corrupt, too old or too new
     */
    public static Manifest parse(byte[] json, String where) {
        return parse(json, JSON.named("manifest " + where));
    }

    private static Manifest parse(byte[] json, SnapshotJson<Manifest> document) {
        JsonNode root = document.tree(json);
        if (root instanceof ObjectNode fields) {
            Set<String> missing = fieldsNotIn(root.path("format_version").intValue());
            if (missing.contains(LINEAGE)) {
                fields.put(LINEAGE, Manifest.NO_LINEAGE);
            }
            if (missing.contains(DELTAS)) {
                fields.putObject(DELTAS)
                        .put("topic", Manifest.ALL_DELTAS.topic())
                        .put("partition", Manifest.ALL_DELTAS.partition())
                        .put("offset", Manifest.ALL_DELTAS.offset());
            }
        }
        Manifest manifest = document.value(root, json.length);
        if (hasDigest(manifest)) {
            TrailingDigest.verify(document.name(), json);
        } else if (root.has(TrailingDigest.FIELD)) {
            throw new CorruptFormatException(document.name() + " must not have a " + TrailingDigest.FIELD
                    + " in format_version=" + manifest.formatVersion());
        }
        return manifest;
    }

    /** Returns the names of the fields that documents of a format version do not have. */
    private static Set<String> fieldsNotIn(int formatVersion) {
        if (formatVersion < Manifest.FIRST_WITH_LINEAGE) {
            return Set.of(LINEAGE, DELTAS);
        }
        return formatVersion < Manifest.FIRST_WITH_DELTAS ? Set.of(DELTAS) : Set.of();
    }

    private static boolean hasDigest(Manifest manifest) {
        return manifest.formatVersion() >= Manifest.FIRST_WITH_DIGEST;
    }
}
