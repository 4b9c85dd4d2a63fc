package io.freshet.training.publish;

import io.freshet.store.format.FormatException;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestCodec;
import io.freshet.store.snapshot.Rollback;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Contents of the manifests' topic for one model. The last record of each key is in force.
 *
 * <pre>
 * model/version   the snapshot's manifest; a tombstone if the snapshot is gone
 * model           the {@link Rollback} in force; a tombstone if there is none
 * </pre>
 *
 * <p>The header {@value #WRITTEN_BY} of a manifest contains the transactional id of the trainer that wrote it.
 * Manifests from older versions, and manifests that a command has announced again, have no such header.
 *
 * <p>Not thread-safe.
 */
public final class ManifestIndex {
    private static final Logger LOG = LoggerFactory.getLogger(ManifestIndex.class);
    private static final String SEPARATOR = "/";
    private static final String WRITTEN_BY = "transactional-id";

    private final String modelName;
    private final TreeMap<String, Manifest> manifestsByVersion = new TreeMap<>();
    private final Map<String, String> writersByVersion = new HashMap<>();
    private @Nullable Rollback rollback;

    /** Creates an empty index. */
    public ManifestIndex(String modelName) {
        this.modelName = modelName;
    }

    /** Returns the key of a snapshot's manifest. */
    static byte[] key(String modelName, String version) {
        return (modelName + SEPARATOR + version).getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the key of the model's rollback. */
    static byte[] key(String modelName) {
        return modelName.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the header of a manifest that names the trainer that wrote it. */
    static Header writtenBy(String transactionalId) {
        return new RecordHeader(WRITTEN_BY, transactionalId.getBytes(StandardCharsets.UTF_8));
    }

    /** Applies the next record of the topic. */
    public void accept(ConsumerRecord<byte[], byte[]> record) {
        String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        String prefix = modelName + SEPARATOR;
        try {
            if (key.equals(modelName)) {
                rollback = record.value() == null ? null : Rollback.parse(record.value());
            } else if (key.startsWith(prefix)) {
                accept(key.substring(prefix.length()), record.value());
                acceptWriter(key.substring(prefix.length()), record.headers().lastHeader(WRITTEN_BY));
            }
        } catch (FormatException e) {
            LOG.warn(
                    "Skipped a manifest: topic={} partition={} offset={}: {}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.getMessage());
        }
    }

    private void acceptWriter(String version, @Nullable Header writtenBy) {
        if (writtenBy == null || !manifestsByVersion.containsKey(version)) {
            writersByVersion.remove(version);
        } else {
            writersByVersion.put(version, new String(writtenBy.value(), StandardCharsets.UTF_8));
        }
    }

    private void accept(String version, byte @Nullable [] json) {
        if (json == null) {
            manifestsByVersion.remove(version);
        } else {
            manifestsByVersion.put(version, ManifestCodec.parse(json));
        }
    }

    /** Returns all snapshots in {@link Snapshots#NEWEST_FIRST} order. */
    public List<Manifest> newestFirst() {
        return manifestsByVersion.values().stream()
                .sorted(Snapshots.NEWEST_FIRST)
                .toList();
    }

    /** Returns the snapshots that are not held back, in {@link Snapshots#NEWEST_FIRST} order. */
    public List<Manifest> newestToServe() {
        return newestFirst().stream().filter(manifest -> !manifest.held()).toList();
    }

    /** Returns the versions of a lineage's snapshots that contain no step after {@code step}, newest first. */
    public List<String> versionsUpTo(long lineage, long step) {
        return newestFirst().stream()
                .filter(manifest -> manifest.lineage() == lineage && manifest.step() <= step)
                .map(Manifest::version)
                .toList();
    }

    /** Returns the transactional id of the trainer that wrote the newest manifest that names its writer. */
    Optional<String> newestWriter() {
        return manifestsByVersion.descendingKeySet().stream()
                .map(writersByVersion::get)
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** Returns the manifest of a snapshot, if the snapshot exists. */
    public Optional<Manifest> manifest(String version) {
        return Optional.ofNullable(manifestsByVersion.get(version));
    }

    /** Returns the rollback in force. */
    public Optional<Rollback> rollback() {
        return Optional.ofNullable(rollback);
    }
}
