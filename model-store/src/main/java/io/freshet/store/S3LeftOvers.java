package io.freshet.store;

import io.freshet.store.S3Bucket.Entry;
import io.freshet.store.S3Bucket.Upload;
import io.freshet.store.snapshot.Manifest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes the remains of one model's unfinished snapshots after their writers have died: files without a manifest,
 * and abandoned multipart uploads. If the removal fails, the next call to {@link S3SnapshotStore#save} tries again.
 */
record S3LeftOvers(S3Bucket bucket, OrphanPolicy leftOvers) {
    private static final Logger LOG = LoggerFactory.getLogger(S3LeftOvers.class);

    /** @param prefix prefix of the model's keys, ending with a slash */
    void remove(String prefix) {
        try {
            removeFiles(prefix);
            for (Upload upload : bucket.uploads(prefix)) {
                if (leftOvers.isAbandoned(upload.begun())) {
                    bucket.abort(upload);
                }
            }
        } catch (IOException e) {
            LOG.warn("Could not remove leftovers of snapshots: {}", e.getMessage());
        }
    }

    private void removeFiles(String prefix) throws IOException {
        Map<String, List<Entry>> byVersion = bucket.list(prefix).stream()
                .filter(entry -> SnapshotNames.isVersion(versionOf(prefix, entry)))
                .collect(Collectors.groupingBy(entry -> versionOf(prefix, entry)));
        for (var version : byVersion.entrySet()) {
            String folder = prefix + version.getKey() + "/";
            // Lists the folder again right before deletion: its writer may have returned and rewritten some files.
            if (isAbandoned(version.getValue()) && isAbandoned(bucket.list(folder))) {
                for (Entry entry : version.getValue()) {
                    bucket.delete(entry.key());
                }
            }
        }
    }

    private boolean isAbandoned(List<Entry> files) {
        return files.stream()
                .noneMatch(file ->
                        file.key().endsWith("/" + Manifest.FILE_NAME) || !leftOvers.isAbandoned(file.lastModified()));
    }

    private static String versionOf(String prefix, Entry entry) {
        String path = entry.key().substring(prefix.length());
        return path.substring(0, Math.max(0, path.indexOf('/')));
    }
}
