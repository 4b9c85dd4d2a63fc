package io.freshet.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.format.CorruptFormatException;
import io.freshet.snapshot.FileEntry;
import io.freshet.snapshot.Manifest;
import io.freshet.snapshot.ManifestCodec;
import io.freshet.snapshot.ManifestDraft;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Snapshots as folders: {@code <root>/<model>/<version>/}, with the manifest and the files that it names.
 *
 * <p>A version is the step in 12 digits, a hyphen, and the first 12 digits of the SHA-256 over the lines
 * {@code "<name> <sha256>\n"} of the files in order of name. A snapshot is written under a name that begins with a
 * dot, synced, and renamed; one that is deleted is first renamed likewise. What such names are left over from a writer
 * that died is removed by the next {@link #save}, which is why a model has one writer.
 */
public final class FileSnapshotStore implements SnapshotStore {
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final Pattern VERSION = Pattern.compile("[0-9]{12}-[0-9a-f]{12}");
    private static final String WRITING_PREFIX = ".writing-";
    private static final String DELETED_PREFIX = ".deleted-";
    private static final long MAX_STEP = 999_999_999_999L;
    private static final int DIGEST_DIGITS = 12;

    private final Path root;

    /** A store under a folder, which is created when the first snapshot is written. */
    public FileSnapshotStore(Path root) {
        this.root = root;
    }

    @Override
    public Manifest save(ManifestDraft draft, SnapshotFiles files) throws IOException {
        if (draft.step() < 0 || draft.step() > MAX_STEP) {
            throw new IllegalArgumentException("step must be in [0, " + MAX_STEP + "]: step=" + draft.step());
        }
        Path modelFolder = createModelFolder(draft.model());
        removeLeftOvers(modelFolder);
        Path folder = Files.createDirectory(modelFolder.resolve(WRITING_PREFIX + UUID.randomUUID()));
        try {
            return write(draft, files, folder);
        } catch (IOException | RuntimeException e) {
            removeAfterFailure(folder, e);
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
                    .filter(name -> VERSION.matcher(name).matches())
                    .sorted()
                    .toList();
        }
    }

    @Override
    public Manifest manifest(String model, String version) throws IOException {
        Path file = folder(model, version).resolve(Manifest.FILE_NAME);
        Manifest manifest = parse(file);
        if (!manifest.model().equals(model) || !manifest.version().equals(version)) {
            throw new SnapshotCorruptException("manifest must be of model=" + model + ", version=" + version
                    + ": model=" + manifest.model() + ", version=" + manifest.version() + ", file=" + file);
        }
        String fromFiles = version(manifest.step(), manifest.files());
        if (!fromFiles.equals(version)) {
            throw new SnapshotCorruptException("manifest must give its version by step and digests of its files:"
                    + " version=" + version + ", by its files=" + fromFiles + ", file=" + file);
        }
        return manifest;
    }

    @Override
    public Snapshot open(String model, String version) throws IOException {
        Manifest manifest = manifest(model, version);
        Path folder = folder(model, version);
        for (FileEntry file : manifest.files()) {
            FileDigest.verify(folder.resolve(file.name()), file);
        }
        return new FolderSnapshot(manifest, folder);
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
        List<FileEntry> entries = writeFiles(files, folder);
        Manifest manifest = draft.complete(version(draft.step(), entries), entries);
        Durability.writeSynced(folder.resolve(Manifest.FILE_NAME), ManifestCodec.toJson(manifest));
        Durability.syncFolder(folder);
        publish(folder, modelFolder(manifest.model()), manifest);
        return manifest;
    }

    private static List<FileEntry> writeFiles(SnapshotFiles files, Path folder) throws IOException {
        List<FileEntry> entries = new ArrayList<>();
        for (var content : files.contents().entrySet()) {
            Path file = folder.resolve(content.getKey());
            content.getValue().writeTo(file);
            Durability.syncFile(file);
            entries.add(FileDigest.entry(file));
        }
        return entries;
    }

    /**
     * Renames the finished folder. Where the same files of the same step are there already, say from before a restart,
     * they are replaced one by one, each by its equal and the manifest last: a reader never sees less than all.
     */
    private static void publish(Path folder, Path modelFolder, Manifest manifest) throws IOException {
        Path published = modelFolder.resolve(manifest.version());
        if (!Files.isDirectory(published)) {
            Files.move(folder, published, StandardCopyOption.ATOMIC_MOVE);
        } else {
            for (FileEntry file : manifest.files()) {
                replace(folder, published, file.name());
            }
            replace(folder, published, Manifest.FILE_NAME);
            Durability.syncFolder(published);
            Durability.removeRecursively(folder);
        }
        Durability.syncFolder(modelFolder);
    }

    private static void replace(Path from, Path to, String name) throws IOException {
        Files.move(
                from.resolve(name),
                to.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static Manifest parse(Path file) throws IOException {
        try {
            return ManifestCodec.parse(Files.readAllBytes(file));
        } catch (CorruptFormatException e) {
            throw new SnapshotCorruptException("manifest must be whole: file=" + file, e);
        }
    }

    static String version(long step, List<FileEntry> files) {
        StringBuilder lines = new StringBuilder();
        files.stream()
                .map(file -> file.name() + " " + file.sha256() + "\n")
                .sorted()
                .forEach(lines::append);
        byte[] digest = FileDigest.sha256().digest(lines.toString().getBytes(UTF_8));
        return String.format("%012d-%s", step, HexFormat.of().formatHex(digest).substring(0, DIGEST_DIGITS));
    }

    private Path createModelFolder(String model) throws IOException {
        Path folder = modelFolder(model);
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder);
            Durability.syncFolder(root);
        }
        return folder;
    }

    private static void removeLeftOvers(Path modelFolder) throws IOException {
        List<Path> leftOvers;
        try (Stream<Path> folders = Files.list(modelFolder)) {
            leftOvers = folders.filter(FileSnapshotStore::isLeftOver).toList();
        }
        for (Path leftOver : leftOvers) {
            Durability.removeRecursively(leftOver);
        }
    }

    private static boolean isLeftOver(Path folder) {
        String name = folder.getFileName().toString();
        return name.startsWith(WRITING_PREFIX) || name.startsWith(DELETED_PREFIX);
    }

    private static void removeAfterFailure(Path folder, Exception failure) {
        try {
            Durability.removeRecursively(folder);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private Path modelFolder(String model) {
        requireMatch("model", model, MODEL);
        return root.resolve(model);
    }

    private Path folder(String model, String version) {
        requireMatch("version", version, VERSION);
        return modelFolder(model).resolve(version);
    }

    /** Names become parts of paths, so nothing may lead elsewhere. */
    private static void requireMatch(String name, String value, Pattern pattern) {
        if (!pattern.matcher(value).matches()) {
            throw new IllegalArgumentException(name + " must match " + pattern + ": " + name + "=" + value);
        }
    }
}
