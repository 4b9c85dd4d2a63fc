package io.freshet.store;

import io.freshet.snapshot.FileEntry;
import io.freshet.snapshot.Manifest;
import io.freshet.snapshot.ManifestCodec;
import io.freshet.snapshot.ManifestDraft;
import io.freshet.store.S3Bucket.Entry;
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
 * Snapshots in a bucket of an S3: {@code <prefix>/<model>/<version>/}, with the manifest and the files that it names.
 *
 * <p>There is no renaming in S3, so the manifest is put last, and only where there is none: it is what makes a snapshot
 * seen, and the first one stays. The other files' bytes follow from the version, so that who writes the same version
 * replaces equals. A snapshot is deleted manifest first. Files without a manifest and uploads that were not ended are
 * removed by a later {@link #save}, {@link LeftOvers#AGE} after they were last written.
 *
 * <p>Files are written and read in a folder of this machine, each read verified there. Thread-safe.
 */
public final class S3SnapshotStore implements SnapshotStore {
    private static final Logger LOG = LoggerFactory.getLogger(S3SnapshotStore.class);

    private final StoreLocation.Bucket location;
    private final S3Bucket bucket;
    private final LeftOvers leftOvers;
    private final WorkFolder writing;
    private final WorkFolder reading;

    /**
     * A store in a bucket that is there, or will be: nothing is asked yet.
     *
     * @param work folder for copies of snapshots, which may be lost at any time
     */
    public S3SnapshotStore(StoreLocation.Bucket location, S3Settings settings, Path work)
            throws SnapshotStoreException {
        this(location, S3Bucket.open(location, settings, S3Patience.USUAL), work, LeftOvers.byTheClock());
    }

    S3SnapshotStore(StoreLocation.Bucket location, S3Bucket bucket, Path work, LeftOvers leftOvers) {
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

    /** Puts the manifest, unless there is one already that is to stay; the one that is there then. */
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
     * Files that have gone since they were put: somebody may have taken what was left of an earlier try at this version for
     * abandoned, and some of this one with it.
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

    /** What cannot be removed goes with what processes that died have left. */
    private static void remove(Path folder) {
        try {
            Durability.removeRecursively(folder);
        } catch (IOException e) {
            LOG.warn("A snapshot's copy stays for now: folder={}: {}", folder, e.getMessage());
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
