package io.freshet.online;

import io.freshet.format.FormatException;
import io.freshet.snapshot.Manifest;
import io.freshet.snapshot.ManifestCodec;
import io.freshet.snapshot.Rollback;
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
 * What the manifests' topic says of one model, by key, the last record of a key being in force.
 *
 * <pre>
 * model/version   the snapshot's manifest; without a value the snapshot is gone
 * model           the {@link Rollback} in force; without a value there is none
 * </pre>
 *
 * <p>The header {@value #WRITTEN_BY} of a manifest names the trainer that wrote it, by its transactional id; manifests of
 * older versions, and those that are made known again by a command, have none.
 *
 * <p>Not thread-safe.
 */
public final class SnapshotCatalogue {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotCatalogue.class);
    private static final String SEPARATOR = "/";
    private static final String WRITTEN_BY = "transactional-id";

    private final String modelName;
    private final TreeMap<String, Manifest> manifestsByVersion = new TreeMap<>();
    private final Map<String, String> writersByVersion = new HashMap<>();
    private @Nullable Rollback rollback;

    /** A catalogue that has read nothing. */
    public SnapshotCatalogue(String modelName) {
        this.modelName = modelName;
    }

    /** The key of a snapshot's manifest. */
    static byte[] key(String modelName, String version) {
        return (modelName + SEPARATOR + version).getBytes(StandardCharsets.UTF_8);
    }

    /** The key of the model's rollback. */
    static byte[] key(String modelName) {
        return modelName.getBytes(StandardCharsets.UTF_8);
    }

    /** The header of a manifest that says which trainer wrote it. */
    static Header writtenBy(String transactionalId) {
        return new RecordHeader(WRITTEN_BY, transactionalId.getBytes(StandardCharsets.UTF_8));
    }

    /** Takes the next record of the topic. */
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
                    "Left out a manifest: topic={} partition={} offset={}: {}",
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

    /** All snapshots in {@link Snapshots#NEWEST_FIRST} order. */
    public List<Manifest> newestFirst() {
        return manifestsByVersion.values().stream()
                .sorted(Snapshots.NEWEST_FIRST)
                .toList();
    }

    /** Those that are not held back, in the same order. */
    public List<Manifest> newestToServe() {
        return newestFirst().stream().filter(manifest -> !manifest.held()).toList();
    }

    /** The versions of a lineage's snapshots that hold no step after {@code step}, the newest first. */
    public List<String> versionsUpTo(long lineage, long step) {
        return newestFirst().stream()
                .filter(manifest -> manifest.lineage() == lineage && manifest.step() <= step)
                .map(Manifest::version)
                .toList();
    }

    /** The transactional id of the trainer that wrote the newest manifest, as far as one says so. */
    Optional<String> newestWriter() {
        return manifestsByVersion.descendingKeySet().stream()
                .map(writersByVersion::get)
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** The manifest of a snapshot that is there. */
    public Optional<Manifest> manifest(String version) {
        return Optional.ofNullable(manifestsByVersion.get(version));
    }

    /** The rollback in force. */
    public Optional<Rollback> rollback() {
        return Optional.ofNullable(rollback);
    }
}
