package io.freshet.store;

import io.freshet.snapshot.FileEntry;
import io.freshet.snapshot.Manifest;
import java.nio.file.Path;

/** A verified snapshot that is read where it lies. */
record FolderSnapshot(Manifest manifest, Path folder) implements Snapshot {
    @Override
    public Path file(String name) {
        if (manifest.files().stream().noneMatch(file -> file.name().equals(name))) {
            throw new IllegalArgumentException("file must be in the snapshot: name=" + name + ", files="
                    + manifest.files().stream().map(FileEntry::name).toList() + ", version=" + manifest.version());
        }
        return folder.resolve(name);
    }

    /** Nothing to let go of: the files stay where they are. */
    @Override
    public void close() {}
}
