package io.freshet.store.snapshot;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A manifest without its files: the components of {@link Manifest} that are known before a snapshot is written. */
public record ManifestDraft(
        String model,
        long step,
        long lineage,
        Instant createdAt,
        long seed,
        Map<String, Object> encoder,
        Map<String, Object> training,
        Map<String, Object> platform,
        TopicPosition modelLog,
        List<TopicPosition> inputs,
        Map<String, Double> metrics,
        boolean held) {
    /** Returns the manifest with the version and the files. */
    public Manifest complete(String version, List<FileEntry> files) {
        return new Manifest(
                Manifest.FORMAT_VERSION,
                model,
                version,
                step,
                lineage,
                createdAt,
                seed,
                encoder,
                training,
                platform,
                modelLog,
                inputs,
                metrics,
                held,
                files);
    }
}
