package io.freshet.store;

import io.freshet.format.FormatException;
import io.freshet.snapshot.Manifest;
import io.freshet.snapshot.ManifestDraft;
import java.io.IOException;
import java.util.List;

/**
 * Where snapshots are kept. A snapshot is seen whole or not at all, whenever its writer dies, and does not change once it
 * is seen. Any number of readers and writers; a model has one writer, but one that has lost its place may go on for a
 * while, and neither takes from the other what it writes.
 *
 * <p>All of them throw a {@link SnapshotStoreException} where the store itself cannot be used.
 */
public interface SnapshotStore {
    /**
     * Writes a snapshot. It is durable and visible on return. Where the same files of the same step are there already, say
     * from before a restart, the manifest that came first stays, unless this one is of a newer lineage.
     *
     * @return the manifest that is there, with the version and the files
     */
    Manifest save(ManifestDraft draft, SnapshotFiles files) throws IOException;

    /** Versions of a model that can be opened, oldest first by step; none for an unknown model. */
    List<String> versions(String model) throws IOException;

    /**
     * A snapshot's manifest; its files are not looked at.
     *
     * @throws java.nio.file.NoSuchFileException where there is no such snapshot
     * @throws SnapshotCorruptException for a manifest that is damaged or another's
     * @throws FormatException for a manifest that is too old or too new
     */
    Manifest manifest(String model, String version) throws IOException;

    /**
     * Opens a snapshot, once the length and SHA-256 of every file are verified.
     *
     * @throws java.nio.file.NoSuchFileException where there is no such snapshot
     * @throws SnapshotCorruptException for a file that is not what the manifest says, naming both digests
     * @throws FormatException for a manifest that is too old or too new
     */
    Snapshot open(String model, String version) throws IOException;

    /** Removes a snapshot, if it is there. It is gone from {@link #versions} at once. */
    void delete(String model, String version) throws IOException;
}
