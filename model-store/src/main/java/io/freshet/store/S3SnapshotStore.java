package io.freshet.store;

import io.freshet.store.S3Bucket.Entry;
import io.freshet.store.snapshot.FileEntry;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestCodec;
import io.freshet.store.snapshot.ManifestDraft;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * <p>Files are written and read through a local folder, where every file is verified when it is read. Thread-safe.
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
        new S3LeftOvers(bucket, leftOvers).remove(modelPrefix(draft.model()));
        Path folder = writing.begin();
        try {
            List<FileEntry> entries = files.writeInto(folder);
            Manifest manifest = draft.complete(SnapshotNames.version(draft.step(), entries), entries);
            upload(manifest, entries, folder);
            Manifest published = publish(manifest);
            upload(manifest, missing(manifest), folder);
            return published;
        } finally {
            Durability.removeRecursively(folder);
        }
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
    public Snapshot open(String model, String version) throws IOException {
        Manifest manifest = manifest(model, version);
        Path folder = reading.begin();
        try {
            for (FileEntry entry : manifest.files()) {
                fetch(manifest, entry, folder.resolve(entry.name()));
            }
            return new FolderSnapshot(manifest, folder, () -> remove(folder));
        } catch (IOException | RuntimeException e) {
            Durability.removeAfterFailure(folder, e);
            throw e;
        }
    }

    @Override
    public void delete(String model, String version) throws IOException {
        bucket.delete(key(model, version, Manifest.FILE_NAME));
        for (Entry entry : bucket.list(prefix(model, version))) {
            bucket.delete(entry.key());
        }
    }

    private void upload(Manifest manifest, List<FileEntry> entries, Path folder) throws IOException {
        for (FileEntry entry : entries) {
            bucket.upload(key(manifest.model(), manifest.version(), entry.name()), folder.resolve(entry.name()));
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

    /**
     * Returns files that have disappeared since their upload. A cleanup may have taken the remains of an earlier attempt
     * at this version for abandoned, and deleted files of this attempt with them.
     */
    private List<FileEntry> missing(Manifest manifest) throws IOException {
        String prefix = prefix(manifest.model(), manifest.version());
        Map<String, Long> lengths = bucket.list(prefix).stream().collect(Collectors.toMap(Entry::key, Entry::length));
        return manifest.files().stream()
                .filter(file -> !Long.valueOf(file.length()).equals(lengths.get(prefix + file.name())))
                .toList();
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
