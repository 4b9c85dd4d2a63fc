package io.freshet.store;

import io.freshet.store.format.FormatException;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestDraft;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;

/**
 * A store of model snapshots. A snapshot becomes visible as a whole or not at all, even if its writer dies, and does not
 * change once it is visible. Any number of readers and writers may use a store at once. A model has one writer, but a
 * writer that has been replaced may continue for a while; neither damages the other's snapshots.
 *
 * <p>All methods throw a {@link SnapshotStoreException} if the store itself cannot be used.
 */
public interface SnapshotStore {
    /**
     * Writes a snapshot, which is durable and visible on return. If the store already has the same files for the same
     * step, for example from before a restart, the existing manifest stays, unless the new one is of a newer lineage.
     *
     * <p>Files that are declared unchanged are taken from the earlier snapshot in the store, by a link or a copy within
     * the store. Each snapshot remains whole when others are deleted. If the earlier file is gone, it is written.
     *
     * @param files closed when their last writer has been called
     * @return the manifest in the store, with the version and the files
     */
    Manifest save(ManifestDraft draft, SnapshotFiles files) throws IOException;

    /** Returns the versions of a model that can be opened, lowest step first; empty for an unknown model. */
    List<String> versions(String model) throws IOException;

    /**
     * Reads a snapshot's manifest without checking the files.
     *
     * @throws java.nio.file.NoSuchFileException if there is no such snapshot
     * @throws SnapshotCorruptException if the manifest is damaged or belongs to another snapshot
     * @throws FormatException if the manifest's format is too old or too new
     */
    Manifest manifest(String model, String version) throws IOException;

    /** Opens all files of a snapshot, as {@link #open(String, String, Predicate)} does. */
    default Snapshot open(String model, String version) throws IOException {
        return open(model, version, name -> true);
    }

    /**
     * Opens a snapshot after verifying the length and SHA-256 of every wanted file. Other files are not read.
     *
     * @param wanted tells by its name whether a file is wanted
     * @throws java.nio.file.NoSuchFileException if there is no such snapshot
     * @throws SnapshotCorruptException if a file does not match the manifest; the message has both digests
     * @throws FormatException if the manifest's format is too old or too new
     */
    Snapshot open(String model, String version, Predicate<String> wanted) throws IOException;

    /** Removes a snapshot if it exists. It disappears from {@link #versions} immediately. */
    void delete(String model, String version) throws IOException;
}
