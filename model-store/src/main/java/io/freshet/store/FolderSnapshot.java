package io.freshet.store;

import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import java.nio.file.Path;
import java.util.function.Predicate;

/**
 * A verified snapshot whose files are in a folder.
 *
 * @param wanted tells by its name whether a file was verified
 * @param onClose action of {@link #close}: none if the files stay in place
 */
record FolderSnapshot(Manifest manifest, Path folder, Predicate<String> wanted, Runnable onClose) implements Snapshot {
    @Override
    public Path file(String name) {
        if (manifest.files().stream().noneMatch(file -> file.name().equals(name))) {
            throw new IllegalArgumentException("file must be in the snapshot: name=" + name + ", files="
                    + manifest.files().stream().map(FileEntry::name).toList() + ", version=" + manifest.version());
        }
        if (!wanted.test(name)) {
            throw new IllegalArgumentException("file must have been wanted when the snapshot was opened: name=" + name
                    + ", version=" + manifest.version());
        }
        return folder.resolve(name);
    }

    @Override
    public void close() {
        onClose.run();
    }
}
