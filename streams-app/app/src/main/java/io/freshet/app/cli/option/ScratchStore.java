package io.freshet.app.cli.option;

import io.freshet.store.FileSnapshotStore;
import io.freshet.store.SnapshotStore;
import io.freshet.store.snapshot.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A model store in a temporary folder, for snapshots of which only the digests are needed. */
public final class ScratchStore implements AutoCloseable {
    private final Path folder;
    private final SnapshotStore store;

    public ScratchStore() throws IOException {
        folder = Files.createTempDirectory("freshet-replay-");
        store = new FileSnapshotStore(folder);
    }

    public SnapshotStore store() {
        return store;
    }

    /** Removes a snapshot that was written here. */
    public void discard(Manifest manifest) throws IOException {
        store.delete(manifest.model(), manifest.version());
        Files.deleteIfExists(folder.resolve(manifest.model()));
    }

    /** Removes the folder; everything in it must have been discarded. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(folder);
    }
}
