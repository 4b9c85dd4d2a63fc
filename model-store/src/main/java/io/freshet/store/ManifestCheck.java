package io.freshet.store;

import io.freshet.store.format.CorruptFormatException;
import io.freshet.store.format.FormatException;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestCodec;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Checks that a manifest is that of a given snapshot. */
final class ManifestCheck {
    private ManifestCheck() {}

    /**
     * Parses and checks a manifest.
     *
     * @param where source of the bytes, for messages
     * @throws SnapshotCorruptException if the manifest is damaged or belongs to another snapshot
     * @throws FormatException if its format is too old or too new
     */
    static Manifest read(byte[] json, String where, String model, String version) throws SnapshotCorruptException {
        Manifest manifest = parse(json, where);
        if (!manifest.model().equals(model) || !manifest.version().equals(version)) {
            throw new SnapshotCorruptException("manifest must be of model=" + model + ", version=" + version
                    + ": model=" + manifest.model() + ", version=" + manifest.version() + ", file=" + where);
        }
        String fromFiles = SnapshotNames.version(manifest.step(), manifest.files());
        if (!fromFiles.equals(version)) {
            throw new SnapshotCorruptException("manifest's version must follow from its step and its files' digests:"
                    + " version=" + version + ", by its files=" + fromFiles + ", file=" + where);
        }
        return manifest;
    }

    /**
     * Returns the manifest that the store already has for the same snapshot, if it should stay. Empty if the store has
     * none, or only one that cannot be read or is of an older lineage.
     */
    static Optional<Manifest> toKeep(SnapshotStore store, Manifest same) throws IOException {
        try {
            Manifest there = store.manifest(same.model(), same.version());
            return there.lineage() < same.lineage() ? Optional.empty() : Optional.of(there);
        } catch (SnapshotCorruptException | NoSuchFileException | FormatException e) {
            return Optional.empty();
        }
    }

    private static Manifest parse(byte[] json, String where) throws SnapshotCorruptException {
        try {
            return ManifestCodec.parse(json, where);
        } catch (CorruptFormatException e) {
            throw new SnapshotCorruptException(String.valueOf(e.getMessage()), e);
        }
    }
}
