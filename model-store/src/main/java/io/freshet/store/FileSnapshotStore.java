package io.freshet.store;

import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestCodec;
import io.freshet.store.snapshot.ManifestDraft;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A store of snapshots as folders: {@code <root>/<model>/<version>/}, with the manifest and the files that it names.
 *
 * <p>A snapshot is written into a folder whose name begins with a dot, synced, and renamed. Deletion first renames a
 * snapshot to a name that begins with a dot. A later {@link #save} removes such folders if a process died and left
 * them; it removes an unfinished snapshot only {@link OrphanPolicy#AGE} after its last write.
 *
 * <p>A file that is unchanged since an earlier snapshot is a hard link to the earlier file, so it takes no room of its own,
 * and stays when the earlier snapshot is deleted.
 */
public final class FileSnapshotStore implements SnapshotStore {
    private static final String WRITING_PREFIX = ".writing-";
    private static final String DELETED_PREFIX = ".deleted-";

    private final Path root;
    private final OrphanPolicy leftOvers;

    /** Creates a store under a folder, which is created when the first snapshot is written. */
    public FileSnapshotStore(Path root) {
        this(root, OrphanPolicy.byTheClock());
    }

    FileSnapshotStore(Path root, OrphanPolicy leftOvers) {
        this.root = root;
        this.leftOvers = leftOvers;
    }

    @Override
    public Manifest save(ManifestDraft draft, SnapshotFiles files) throws IOException {
        SnapshotNames.requireStep(draft.step());
        Path modelFolder = createModelFolder(draft.model());
        removeDeleted(modelFolder);
        Path folder = new WorkFolder(modelFolder, WRITING_PREFIX, leftOvers).begin();
        try {
            return write(draft, files, folder);
        } catch (IOException | RuntimeException e) {
            Durability.removeAfterFailure(folder, e);
            throw e;
        }
    }

    @Override
    public List<String> versions(String model) throws IOException {
        Path modelFolder = modelFolder(model);
        if (!Files.isDirectory(modelFolder)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(modelFolder)) {
            return folders.filter(folder -> Files.isRegularFile(folder.resolve(Manifest.FILE_NAME)))
                    .map(folder -> folder.getFileName().toString())
                    .filter(SnapshotNames::isVersion)
                    .sorted()
                    .toList();
        }
    }

    @Override
    public Manifest manifest(String model, String version) throws IOException {
        Path file = folder(model, version).resolve(Manifest.FILE_NAME);
        return ManifestCheck.read(Files.readAllBytes(file), file.toString(), model, version);
    }

    @Override
    public Snapshot open(String model, String version, Predicate<String> wanted) throws IOException {
        Manifest manifest = manifest(model, version);
        Path folder = folder(model, version);
        for (FileEntry entry : manifest.files()) {
            if (wanted.test(entry.name())) {
                Path file = folder.resolve(entry.name());
                FileDigest.verify(file, entry, file.toString());
            }
        }
        return new FolderSnapshot(manifest, folder, wanted, () -> {});
    }

    @Override
    public void delete(String model, String version) throws IOException {
        Path folder = folder(model, version);
        Path deleted = folder.resolveSibling(DELETED_PREFIX + UUID.randomUUID());
        try {
            Files.move(folder, deleted, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            return;
        }
        Durability.removeRecursively(deleted);
        Durability.syncFolder(modelFolder(model));
    }

    private Manifest write(ManifestDraft draft, SnapshotFiles files, Path folder) throws IOException {
        List<FileEntry> entries =
                files.writeInto(folder, (earlier, file) -> link(draft.model(), earlier, file, folder));
        files.close();
        for (FileEntry entry : entries) {
            Durability.syncFile(folder.resolve(entry.name()));
        }
        Manifest manifest = draft.complete(SnapshotNames.version(draft.step(), entries), entries);
        Durability.writeSynced(folder.resolve(Manifest.FILE_NAME), ManifestCodec.toJson(manifest));
        Durability.syncFolder(folder);
        return publish(folder, modelFolder(manifest.model()), manifest);
    }

    /**
     * Links a file of an earlier snapshot into a folder. Returns false if the file is not there, or if the file system has
     * no links.
     */
    private boolean link(String model, String earlier, FileEntry file, Path folder) throws IOException {
        Path there = folder(model, earlier).resolve(file.name());
        Path here = folder.resolve(file.name());
        try {
            Files.createLink(here, there);
        } catch (FileSystemException | UnsupportedOperationException e) {
            return false;
        }
        if (Files.size(here) != file.length()) {
            Files.delete(here);
            return false;
        }
        return true;
    }

    /**
     * Renames the finished folder. If several writers have written the same version, the rename succeeds only for the
     * first.
     */
    private Manifest publish(Path folder, Path modelFolder, Manifest manifest) throws IOException {
        Path published = modelFolder.resolve(manifest.version());
        try {
            Files.move(folder, published, StandardCopyOption.ATOMIC_MOVE);
            Durability.syncFolder(modelFolder);
            return manifest;
        } catch (FileSystemException e) {
            if (!Files.isDirectory(published)) {
                throw e;
            }
            return join(folder, published, manifest);
        }
    }

    /**
     * Replaces each file of an already published snapshot by the same file, which repairs damaged files except those that are
     * linked from it. A reader sees
     * all files at any time. The published manifest stays, unless it is damaged or of an older lineage.
     */
    private Manifest join(Path folder, Path published, Manifest manifest) throws IOException {
        for (FileEntry file : manifest.files()) {
            replace(folder, published, file.name());
        }
        Optional<Manifest> there = ManifestCheck.toKeep(this, manifest);
        if (there.isEmpty()) {
            replace(folder, published, Manifest.FILE_NAME);
        }
        Durability.syncFolder(published);
        Durability.removeRecursively(folder);
        return there.orElse(manifest);
    }

    private static void replace(Path from, Path to, String name) throws IOException {
        Files.move(
                from.resolve(name),
                to.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private Path createModelFolder(String model) throws IOException {
        Path folder = modelFolder(model);
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            Durability.syncFolder(root);
        }
        return folder;
    }

    private static void removeDeleted(Path modelFolder) throws IOException {
        List<Path> deleted;
        try (Stream<Path> folders = Files.list(modelFolder)) {
            deleted = folders.filter(folder -> folder.getFileName().toString().startsWith(DELETED_PREFIX))
                    .toList();
        }
        for (Path folder : deleted) {
            Durability.removeRecursively(folder);
        }
    }

    private Path modelFolder(String model) {
        return root.resolve(SnapshotNames.requireModel(model));
    }

    private Path folder(String model, String version) {
        return modelFolder(model).resolve(SnapshotNames.requireVersion(version));
    }
}
