package io.freshet.training.publish;

import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestCodec;
import io.freshet.store.snapshot.Rollback;
import io.freshet.training.config.KafkaClients;
import io.freshet.training.config.OnlineConfig;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * Reads and changes which snapshot scorers serve, as the manifests' topic says: either the newest one followed by the model
 * log, or an older one alone. Training continues in both cases. Not thread-safe.
 */
public final class ServedVersion implements AutoCloseable {
    private static final int PARTITION = 0;
    private static final int MANIFEST_RECORDS = 500;

    private final OnlineConfig config;
    private final ManifestsReader manifests;

    /** Connects to the cluster. */
    public ServedVersion(OnlineConfig config) {
        this.config = config;
        this.manifests = new ManifestsReader(
                KafkaClients.consumer(config, "served", MANIFEST_RECORDS),
                config.topics().modelManifests(),
                config.modelName());
    }

    /** Returns the rollback in force. */
    public Optional<Rollback> rollback() {
        return manifests.readOn().rollback();
    }

    /** Returns the snapshots that scorers know, newest first: by lineage, then by step. */
    public List<Manifest> snapshots() {
        return manifests.readOn().newestFirst();
    }

    /** Returns the transactional id of the trainer that wrote the newest manifest that names its writer. */
    public Optional<String> newestWriter() {
        return manifests.readOn().newestWriter();
    }

    /** Returns whether scorers know the snapshot. */
    public boolean isKnown(String version) {
        return manifests.readOn().manifest(version).isPresent();
    }

    /**
     * Makes scorers serve this snapshot, and nothing that was learned after it, until {@link #resume}.
     *
     * @throws IllegalStateException if scorers do not know the snapshot, or if the trainer withdraws it meanwhile
     */
    public Rollback rollBack(String version, Instant now) {
        requireKnown(version);
        ManifestIndex before = manifests.readOn();
        Rollback earlier = before.rollback().orElse(null);
        String newest =
                before.newestFirst().stream().map(Manifest::version).findFirst().orElse("");
        Rollback rollback = new Rollback(Rollback.FORMAT_VERSION, config.modelName(), version, newest, now);
        write(rollback);
        try {
            requireKnown(version);
        } catch (IllegalStateException e) {
            write(earlier);
            throw e;
        }
        return rollback;
    }

    /** Makes scorers serve the newest snapshot again and follow the log. Returns false if no rollback was in force. */
    public boolean resume() {
        boolean rolledBack = rollback().isPresent();
        if (rolledBack) {
            write(null);
        }
        return rolledBack;
    }

    /**
     * Withdraws a snapshot's manifest, so that the snapshot can be deleted.
     *
     * @return false if a rollback to the snapshot is in force, so that the snapshot is announced and must stay
     */
    public boolean forget(String version) {
        ManifestIndex known = manifests.readOn();
        Optional<Manifest> manifest = known.manifest(version);
        if (known.rollback().map(Rollback::served).filter(version::equals).isPresent()) {
            return false;
        }
        write(ManifestIndex.key(config.modelName(), version), null);
        boolean wanted = manifests.rolledBackTo(List.of(version)).isPresent();
        if (wanted && manifest.isPresent()) {
            write(ManifestIndex.key(config.modelName(), version), ManifestCodec.toJson(manifest.get()));
        }
        return !wanted;
    }

    private void requireKnown(String version) {
        ManifestIndex catalogue = manifests.readOn();
        if (catalogue.manifest(version).isEmpty()) {
            throw new IllegalStateException("scorers must know the snapshot: model=" + config.modelName() + " version="
                    + version + ", they know "
                    + catalogue.newestFirst().stream().map(Manifest::version).toList());
        }
    }

    private void write(@Nullable Rollback rollback) {
        write(ManifestIndex.key(config.modelName()), rollback == null ? null : rollback.toJson());
    }

    private void write(byte[] key, byte @Nullable [] value) {
        try (Producer<byte[], byte[]> producer = KafkaClients.plainProducer(config)) {
            var _ = producer.send(new ProducerRecord<>(config.topics().modelManifests(), PARTITION, key, value))
                    .get();
        } catch (ExecutionException e) {
            throw new KafkaException("cannot write to topic " + config.topics().modelManifests(), e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public void close() {
        manifests.close();
    }
}
