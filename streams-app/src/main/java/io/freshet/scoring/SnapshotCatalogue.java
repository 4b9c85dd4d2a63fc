package io.freshet.scoring;

import io.freshet.format.FormatException;
import io.freshet.snapshot.Manifest;
import io.freshet.snapshot.ManifestCodec;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots of one model that the manifests' topic names, by key. The keys of that topic are {@code model/version};
 * a record without a value takes the snapshot away. Not thread-safe.
 */
final class SnapshotCatalogue {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotCatalogue.class);

    private final String modelName;
    private final TreeMap<String, Manifest> manifestsByVersion = new TreeMap<>();

    SnapshotCatalogue(String modelName) {
        this.modelName = modelName;
    }

    /** Takes a record of the manifests' topic. */
    void accept(ConsumerRecord<byte[], byte[]> record) {
        String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
        String prefix = modelName + "/";
        if (!key.startsWith(prefix)) {
            return;
        }
        String version = key.substring(prefix.length());
        if (record.value() == null) {
            manifestsByVersion.remove(version);
        } else {
            add(version, record);
        }
    }

    /** All snapshots, the one of the highest step first. Versions begin with the step, so they sort by it. */
    Collection<Manifest> newestFirst() {
        return manifestsByVersion.descendingMap().values();
    }

    /** The newest snapshot that holds no step after {@code step}. */
    Optional<String> newestVersionUpTo(long step) {
        return newestFirst().stream()
                .filter(manifest -> manifest.step() <= step)
                .map(Manifest::version)
                .findFirst();
    }

    private void add(String version, ConsumerRecord<byte[], byte[]> record) {
        try {
            manifestsByVersion.put(version, ManifestCodec.parse(record.value()));
        } catch (FormatException e) {
            LOG.warn(
                    "Left out a manifest: topic={} partition={} offset={}: {}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.getMessage());
        }
    }
}
