package io.freshet.store;

import io.freshet.store.S3Bucket.Entry;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestCodec;
import io.freshet.store.snapshot.ManifestDraft;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store of snapshots in an S3 bucket: {@code <prefix>/<model>/<version>/}, with the manifest and the files that it
 * names.
 *
 * <p>S3 has no rename, so the manifest, which makes a snapshot visible, is written last and only if none exists: the
 * first one stays. The version determines the bytes of the other files, so a writer of the same version replaces files by
 * equal ones. Deletion begins with the manifest. A later {@link #save} removes files without a manifest and unfinished
 * uploads, {@link OrphanPolicy#AGE} after their last write.
 *
 * <p>A file that is unchanged since an earlier snapshot is copied within the bucket, so that each snapshot has all its
 * files. Files are written and read through a local folder, several at once, where every file is verified when it is read.
 * Thread-safe.
 */
public final class S3SnapshotStore implements SnapshotStore {
    private static final Logger LOG = LoggerFactory.getLogger(S3SnapshotStore.class);

    private final StoreLocation.Bucket location;
    private final S3Bucket bucket;
    private final OrphanPolicy leftOvers;
    private final WorkFolder writing;
    private final WorkFolder reading;

    /**
     * Creates a store without sending a request: the bucket may not exist yet.
     *
     * @param work local folder for temporary copies of snapshots
     */
    public S3SnapshotStore(StoreLocation.Bucket location, S3Settings settings, Path work)
            throws SnapshotStoreException {
        this(location, S3Bucket.open(location, settings, S3Timeouts.USUAL), work, OrphanPolicy.byTheClock());
    }

    S3SnapshotStore(StoreLocation.Bucket location, S3Bucket bucket, Path work, OrphanPolicy leftOvers) {
        this.location = location;
        this.bucket = bucket;
        this.leftOvers = leftOvers;
        writing = new WorkFolder(work, "writing-", leftOvers);
        reading = new WorkFolder(work, "reading-", leftOvers);
    }

    @Override
    public Manifest save(ManifestDraft draft, SnapshotFiles files) throws IOException {
        SnapshotNames.requireStep(draft.step());
        Path folder = writing.begin();
        try {
            Set<FileEntry> reused = new HashSet<>();
            List<FileEntry> entries = files.writeInto(folder, (_, file) -> reused.add(file));
            Manifest manifest = draft.complete(SnapshotNames.version(draft.step(), entries), entries);
            Set<FileEntry> copied = copy(manifest, files, reused, folder);
            files.close();
            new S3LeftOvers(bucket, leftOvers).remove(modelPrefix(draft.model()));
            List<FileEntry> written =
                    entries.stream().filter(file -> !copied.contains(file)).toList();
            upload(manifest, written, folder);
            Manifest published = publish(manifest);
            complete(manifest, files.earlier(), copied, folder);
            return published;
        } finally {
            Durability.removeRecursively(folder);
        }
    }

    /** Copies the reused files within the bucket, and writes those that are gone. Returns the copied ones. */
    private Set<FileEntry> copy(Manifest manifest, SnapshotFiles files, Set<FileEntry> reused, Path folder)
            throws IOException {
        if (reused.isEmpty()) {
            return reused;
        }
        Map<String, Long> there = lengths(prefix(manifest.model(), files.earlier()));
        Set<FileEntry> gone = ConcurrentHashMap.newKeySet();
        Transfers.run(reused, file -> {
            if (!isAt(files.earlier(), file, manifest.model(), there) || !isCopied(manifest, files.earlier(), file)) {
                gone.add(file);
            }
        });
        for (FileEntry file : gone) {
            files.writeAfterAll(file, folder);
        }
        return reused.stream().filter(file -> !gone.contains(file)).collect(Collectors.toSet());
    }

    /** Copies a file of an earlier snapshot. Returns false if that fails for any reason: the file is sent instead. */
    private boolean isCopied(Manifest manifest, String earlier, FileEntry file) {
        try {
            return copy(manifest, earlier, file);
        } catch (IOException e) {
            LOG.warn(
                    "The bucket did not copy {}, so the file is sent again: {}",
                    key(manifest.model(), earlier, file.name()),
                    e.getMessage());
            return false;
        }
    }

    /** Copies a file of an earlier snapshot. Returns false if it is not there; S3 cannot copy an object to itself. */
    private boolean copy(Manifest manifest, String earlier, FileEntry file) throws IOException {
        return !earlier.equals(manifest.version())
                && bucket.copy(
                        key(manifest.model(), earlier, file.name()),
                        key(manifest.model(), manifest.version(), file.name()));
    }

    /**
     * Writes again the files that have disappeared since they were written. A cleanup may have taken the remains of an
     * earlier attempt at this version for abandoned, and deleted files of this attempt with them.
     */
    private void complete(Manifest manifest, String earlier, Set<FileEntry> copied, Path folder) throws IOException {
        List<FileEntry> missing = missing(manifest);
        upload(manifest, missing.stream().filter(file -> !copied.contains(file)).toList(), folder);
        Transfers.run(missing.stream().filter(copied::contains).toList(), file -> {
            if (!copy(manifest, earlier, file)) {
                throw new NoSuchFileException(bucket.url(key(manifest.model(), earlier, file.name())));
            }
        });
    }

    @Override
    public List<String> versions(String model) throws IOException {
        String prefix = modelPrefix(model);
        String end = "/" + Manifest.FILE_NAME;
        return bucket.list(prefix).stream()
                .map(Entry::key)
                .filter(key -> key.endsWith(end))
                .map(key -> key.substring(prefix.length(), key.length() - end.length()))
                .filter(SnapshotNames::isVersion)
                .sorted()
                .toList();
    }

    @Override
    public Manifest manifest(String model, String version) throws IOException {
        String key = key(model, version, Manifest.FILE_NAME);
        return ManifestCheck.read(bucket.get(key), bucket.url(key), model, version);
    }

    @Override
    public Snapshot open(String model, String version, Predicate<String> wanted) throws IOException {
        Manifest manifest = manifest(model, version);
        Path folder = reading.begin();
        try {
            List<FileEntry> files = manifest.files().stream()
                    .filter(file -> wanted.test(file.name()))
                    .toList();
            Transfers.run(files, file -> fetch(manifest, file, folder.resolve(file.name())));
            return new FolderSnapshot(manifest, folder, wanted, () -> remove(folder));
        } catch (IOException | RuntimeException e) {
            Durability.removeAfterFailure(folder, e);
            throw e;
        }
    }

    @Override
    public void delete(String model, String version) throws IOException {
        bucket.delete(key(model, version, Manifest.FILE_NAME));
        Transfers.run(bucket.list(prefix(model, version)), file -> bucket.delete(file.key()));
    }

    /** Uploads short files several at once, then each long one, whose parts are sent several at once. */
    private void upload(Manifest manifest, List<FileEntry> entries, Path folder) throws IOException {
        Transfers.Transfer<FileEntry> upload = file ->
                bucket.upload(key(manifest.model(), manifest.version(), file.name()), folder.resolve(file.name()));
        Map<Boolean, List<FileEntry>> byLength =
                entries.stream().collect(Collectors.partitioningBy(file -> bucket.sendsInParts(file.length())));
        Transfers.run(byLength.getOrDefault(false, List.of()), upload);
        for (FileEntry file : byLength.getOrDefault(true, List.of())) {
            upload.of(file);
        }
    }

    /** Writes the manifest, unless the store has one that should stay. Returns the manifest that is then in the store. */
    private Manifest publish(Manifest manifest) throws IOException {
        String key = key(manifest.model(), manifest.version(), Manifest.FILE_NAME);
        byte[] json = ManifestCodec.toJson(manifest);
        if (bucket.putIfAbsent(key, json)) {
            return manifest;
        }
        Optional<Manifest> there = ManifestCheck.toKeep(this, manifest);
        if (there.isEmpty()) {
            bucket.put(key, json);
        }
        return there.orElse(manifest);
    }

    /** Returns the files that the bucket does not have. */
    private List<FileEntry> missing(Manifest manifest) throws IOException {
        Map<String, Long> there = lengths(prefix(manifest.model(), manifest.version()));
        return manifest.files().stream()
                .filter(file -> !isAt(manifest.version(), file, manifest.model(), there))
                .toList();
    }

    /** Returns the lengths of the objects by key. */
    private Map<String, Long> lengths(String prefix) throws IOException {
        return bucket.list(prefix).stream().collect(Collectors.toMap(Entry::key, Entry::length));
    }

    private boolean isAt(String version, FileEntry file, String model, Map<String, Long> lengths) {
        return Long.valueOf(file.length()).equals(lengths.get(key(model, version, file.name())));
    }

    private void fetch(Manifest manifest, FileEntry entry, Path file) throws IOException {
        String key = key(manifest.model(), manifest.version(), entry.name());
        try {
            bucket.download(key, file);
        } catch (NoSuchFileException e) {
            throw FileDigest.missing(entry, bucket.url(key), e);
        }
        FileDigest.verify(file, entry, bucket.url(key));
    }

    /** Removes a copy. If that fails, the copy is removed later, like those of dead processes. */
    private static void remove(Path folder) {
        try {
            Durability.removeRecursively(folder);
        } catch (IOException e) {
            LOG.warn("Could not remove a snapshot's copy; it stays for now: folder={}: {}", folder, e.getMessage());
        }
    }

    private String modelPrefix(String model) {
        return location.key(SnapshotNames.requireModel(model)) + "/";
    }

    private String prefix(String model, String version) {
        return modelPrefix(model) + SnapshotNames.requireVersion(version) + "/";
    }

    private String key(String model, String version, String name) {
        return prefix(model, version) + name;
    }
}
