package io.freshet.snapshot;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A manifest before its files are written: the parts of {@link Manifest} that the writer of a snapshot knows. */
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

    /** The draft of a snapshot that belongs to no lineage. */
    public ManifestDraft(
            String model,
            long step,
            Instant createdAt,
            long seed,
            Map<String, Object> encoder,
            Map<String, Object> training,
            Map<String, Object> platform,
            TopicPosition modelLog,
            List<TopicPosition> inputs,
            Map<String, Double> metrics,
            boolean held) {
        this(
                model,
                step,
                Manifest.NO_LINEAGE,
                createdAt,
                seed,
                encoder,
                training,
                platform,
                modelLog,
                inputs,
                metrics,
                held);
    }

    /** The manifest, now that the files are there. */
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
