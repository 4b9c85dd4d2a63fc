package io.freshet.service.serving;

import io.freshet.model.recommender.ModelSnapshot;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.HttpKeys;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.ScoringKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.telemetry.LogIds;
import io.freshet.store.Snapshot;
import io.freshet.store.SnapshotStore;
import io.freshet.store.SnapshotStoreException;
import io.freshet.store.format.FormatException;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.ModelLogRecord;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.Rollback;
import io.freshet.training.liveness.DeadlyErrors;
import io.freshet.training.liveness.Heartbeat;
import io.freshet.training.liveness.Heartbeats;
import io.freshet.training.publish.ManifestIndex;
import io.freshet.training.telemetry.KafkaMeters;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a {@link LiveModel} up to date with the model's deltas. Opens the newest valid snapshot, then applies the deltas
 * from the position named in the snapshot's manifest. Reads the journal, too, which says when the learned clicks came; its
 * records may arrive before or after the delta of the same transaction.
 *
 * <p>A snapshot that fails its checks is refused, and the previous one is used. If steps are missing in the deltas, or a
 * record is refused, the served model stays unchanged until a snapshot leads past that point. If a new lineage begins, the
 * served model stays unchanged until a snapshot of that lineage can be opened, because no delta leads from one lineage to
 * another. While a {@link Rollback} is in force, only the snapshot that it names is served, and no deltas are read.
 *
 * <p>Joins no consumer group and commits no offsets: the model's step is the position. Everything except starting and
 * closing happens on a thread of its own.
 */
public final class ModelFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelFollower.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration CLOSE = Duration.ofSeconds(5);

    private final String role;
    private final String modelName;
    private final FreshetConfig config;
    private final Source journal;
    private final Source deltas;
    private final SnapshotStore store;
    private final LiveModel live;
    private final MeterRegistry registry;
    private final Map<String, Object> consumerSettings;
    private final Heartbeats heartbeats;
    private final Heartbeat heartbeat;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable Consumer<byte[], byte[]> current;

    private ManifestIndex catalogue;
    private List<TopicPartition> manifestPartitions = List.of();

    /** Whether the deltas do not continue from the served model. */
    private boolean stuck;

    /**
     * Whether the snapshot store was not available at the last attempt to open snapshots. Snapshots are not refused for
     * that.
     */
    private boolean unreachable;

    /** Versions of refused snapshots. No answer may name one of them. */
    private final Set<String> refused = new HashSet<>();

    /** Version that a rollback has put in place of the newest; empty for none. */
    private String rolledBackTo = "";

    /** The only partition of a topic that is followed, and the positions in it. */
    private static final class Source {
        private final TopicPartition partition;

        /** First offset that has not been accepted. */
        private long nextOffset;

        /** End when the snapshot was opened. Records before it count as catching up. */
        private long endAtOpening;

        Source(String topic) {
            partition = new TopicPartition(topic, 0);
        }
    }

    /**
     * Creates a follower with its own Kafka consumer.
     *
     * @param role role of the process, for the log
     * @param modelName name of the model to follow
     * @param store store of the snapshots that the manifests name; only read
     * @param live owned by the caller; changed by this follower only
     * @param registry receives the consumer's metrics
     */
    public ModelFollower(
            String role,
            FreshetConfig config,
            String modelName,
            SnapshotStore store,
            LiveModel live,
            MeterRegistry registry) {
        this.role = role;
        this.modelName = modelName;
        this.config = config;
        this.store = store;
        this.live = live;
        this.registry = registry;
        heartbeats = new Heartbeats(config.get(HttpKeys.HEALTH_STALL));
        heartbeat = heartbeats.of("model-follower of model=" + modelName);
        consumerSettings = consumerSettings(config, modelName);
        journal = new Source(config.get(TopicKeys.MODEL_LOG));
        deltas = new Source(config.get(TopicKeys.MODEL_DELTAS));
        catalogue = new ManifestIndex(modelName);
        thread = Thread.ofPlatform().name("model-follower").unstarted(this::run);
    }

    private static Map<String, Object> consumerSettings(FreshetConfig config, String modelName) {
        Map<String, Object> settings = config.kafka().forConsumer();
        Object client = settings.getOrDefault(ConsumerConfig.CLIENT_ID_CONFIG, config.get(ProcessKeys.APPLICATION_ID));
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, client + "-model-follower-" + modelName);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        settings.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        return settings;
    }

    /** Starts following, on a thread of its own. */
    public void start() {
        thread.start();
    }

    /** Returns the loops that make no progress; empty if all do. */
    public List<String> overdue() {
        return heartbeats.overdue();
    }

    private void run() {
        LogIds.ofThread(LogIds.ROLE, role);
        try (heartbeat) {
            heartbeat.begin();
            followUntilClosed();
        }
    }

    private void followUntilClosed() {
        while (!closed) {
            heartbeat.beat();
            try (KafkaMeters meters = new KafkaMeters(registry);
                    Consumer<byte[], byte[]> consumer = meters.watch(new KafkaConsumer<>(
                            consumerSettings, new ByteArrayDeserializer(), new ByteArrayDeserializer()))) {
                current = consumer;
                follow(consumer);
            } catch (WakeupException e) {
                LOG.debug("Woken to close");
            } catch (Throwable e) {
                DeadlyErrors.throwIfDeadly(e);
                LOG.warn("Following the model failed at step {}; trying again", live.step(), e);
                pause();
            } finally {
                current = null;
            }
        }
    }

    private void follow(Consumer<byte[], byte[]> consumer) {
        readCatalogue(consumer);
        if (!obeyRollback(consumer)) {
            if (live.isLoaded() && !stuck) {
                assign(consumer);
            } else {
                openNewest(consumer, live.step());
            }
        }
        while (!closed) {
            heartbeat.beat();
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            boolean changed = acceptManifests(records);
            if (!obeyRollback(consumer) && !((changed || unreachable) && leadsElsewhere(consumer))) {
                var _ = acceptAll(consumer, records, journal) && acceptAll(consumer, records, deltas);
            }
        }
    }

    private void readCatalogue(Consumer<byte[], byte[]> consumer) {
        catalogue = new ManifestIndex(modelName);
        String manifests = config.get(TopicKeys.MODEL_MANIFESTS);
        manifestPartitions = consumer.partitionsFor(manifests).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        if (manifestPartitions.isEmpty()) {
            throw new KafkaException("Topic must exist: topic=" + manifests);
        }
        consumer.assign(manifestPartitions);
        consumer.seekToBeginning(manifestPartitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(manifestPartitions);
        while (!closed && !hasReached(consumer, ends)) {
            consumer.poll(POLL).forEach(catalogue::accept);
        }
    }

    private static boolean hasReached(Consumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    /** Accepts new manifests. Returns whether there were any. */
    private boolean acceptManifests(ConsumerRecords<byte[], byte[]> records) {
        boolean changed = false;
        for (TopicPartition partition : manifestPartitions) {
            List<ConsumerRecord<byte[], byte[]>> manifests = records.records(partition);
            manifests.forEach(catalogue::accept);
            changed |= !manifests.isEmpty();
        }
        return changed;
    }

    /** Handles new manifests. Returns whether another snapshot was opened, and the positions have changed. */
    private boolean leadsElsewhere(Consumer<byte[], byte[]> consumer) {
        if (stuck || !live.isLoaded() || hasNewLineage()) {
            return openNewest(consumer, live.step());
        }
        unreachable = false;
        rebase();
        return false;
    }

    /** Returns whether there is a snapshot of a newer lineage than that of the served weights. */
    private boolean hasNewLineage() {
        List<Manifest> toServe = catalogue.newestToServe();
        return !toServe.isEmpty() && toServe.getFirst().lineage() > live.lineage();
    }

    /**
     * Applies a new rollback, or serves the newest snapshot if the rollback has been withdrawn. Returns whether the caller
     * must not follow the deltas now.
     */
    private boolean obeyRollback(Consumer<byte[], byte[]> consumer) {
        String wanted = catalogue.rollback().map(Rollback::served).orElse("");
        if (wanted.equals(rolledBackTo)) {
            return !wanted.isEmpty();
        }
        if (wanted.isEmpty()) {
            LOG.info("The rollback of model {} to {} has been withdrawn", modelName, rolledBackTo);
            rolledBackTo = "";
            stuck = true;
            openNewest(consumer, -1);
        } else {
            consumer.assign(manifestPartitions);
            rollBack(wanted);
        }
        live.setRolledBack(!rolledBackTo.isEmpty());
        return true;
    }

    /**
     * Opens the version of a rollback. If that fails, it is tried again after the next poll, and the served model stays.
     */
    private void rollBack(String wanted) {
        if (catalogue.manifest(wanted).map(this::open).orElse(false)) {
            LOG.warn("Model {} is rolled back to {}; what it learned later is not served", modelName, wanted);
            rolledBackTo = wanted;
        } else {
            LOG.error("Model {} cannot be rolled back to {}: the snapshot cannot be opened", modelName, wanted);
        }
    }

    /** Accepts the records of a source. Returns false if the positions have changed meanwhile. */
    private boolean acceptAll(
            Consumer<byte[], byte[]> consumer, ConsumerRecords<byte[], byte[]> records, Source source) {
        for (ConsumerRecord<byte[], byte[]> record : records.records(source.partition)) {
            source.nextOffset = record.offset() + 1;
            switch (accept(record, record.offset() < source.endAtOpening)) {
                case NONE, KNOWN -> {}
                case ADVANCED -> {
                    rebase();
                    LogIds.ofThread(LogIds.MODEL_VERSION, live.version());
                    LogIds.ofThread(LogIds.MODEL_STEP, Long.toString(live.step()));
                }
                case GAP -> {
                    leapOver(consumer, record, "steps are missing after step " + live.step());
                    return false;
                }
                case NEW_LINEAGE -> {
                    leapOver(consumer, record, "a new lineage begins after lineage " + live.lineage());
                    return false;
                }
                case REFUSED -> {
                    leapOver(consumer, record, "the record is refused");
                    return false;
                }
            }
        }
        return true;
    }

    /** @param catchingUp whether the record was there before the served snapshot was opened */
    private ModelChange accept(ConsumerRecord<byte[], byte[]> record, boolean catchingUp) {
        if (!modelName.equals(text(record.key()))) {
            return ModelChange.NONE;
        }
        ModelLogRecord decoded;
        try {
            decoded = ModelLogCodec.decode(record.value() == null ? new byte[0] : record.value());
        } catch (FormatException | IllegalArgumentException e) {
            LOG.warn(
                    "Skipped a record of the model that cannot be decoded: topic={} partition={} offset={}: {}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.getMessage());
            // If the record was a delta, the next delta will not follow the served weights.
            return ModelChange.NONE;
        }
        try {
            return live.accept(decoded, catchingUp);
        } catch (IllegalArgumentException e) {
            LOG.error(
                    "Refused a record of the model: topic={} partition={} offset={}: {}",
                    record.topic(),
                    record.partition(),
                    record.offset(),
                    e.getMessage());
            live.countRefusedRecord();
            return ModelChange.REFUSED;
        }
    }

    private void leapOver(Consumer<byte[], byte[]> consumer, ConsumerRecord<byte[], byte[]> record, String reason) {
        LOG.warn(
                "The model's records do not continue from step {}: topic={} partition={} offset={}: {}; the served"
                        + " weights stay until a newer snapshot is opened",
                live.step(),
                record.topic(),
                record.partition(),
                record.offset(),
                reason);
        stuck = true;
        openNewest(consumer, live.step());
    }

    /**
     * Opens the newest snapshot that is valid, not held back, and either of a newer lineage or after this step. If there is
     * none, waits for the next manifest, or tries again if the store was not available. Returns whether a snapshot was
     * opened.
     */
    private boolean openNewest(Consumer<byte[], byte[]> consumer, long afterStep) {
        unreachable = false;
        for (Manifest manifest : catalogue.newestToServe()) {
            if (!isNewer(manifest, afterStep)) {
                break;
            }
            if (open(manifest)) {
                setStuck(false);
                journal.nextOffset = manifest.modelLog().offset();
                deltas.nextOffset = manifest.modelDeltas().offset();
                assign(consumer);
                Map<TopicPartition, Long> ends = consumer.endOffsets(List.of(journal.partition, deltas.partition));
                journal.endAtOpening = ends.getOrDefault(journal.partition, 0L);
                deltas.endAtOpening = ends.getOrDefault(deltas.partition, 0L);
                return true;
            }
        }
        consumer.assign(manifestPartitions);
        setStuck(true);
        return false;
    }

    private boolean isNewer(Manifest manifest, long afterStep) {
        return manifest.lineage() > live.lineage()
                || (manifest.lineage() == live.lineage() && manifest.step() > afterStep);
    }

    private void setStuck(boolean isStuck) {
        stuck = isStuck;
        live.setWaiting(isStuck && live.isLoaded());
    }

    private boolean open(Manifest manifest) {
        try (Snapshot snapshot = store.open(modelName, manifest.version(), ModelSnapshot::isRead)) {
            live.open(
                    ServedModel.read(
                            snapshot, config.get(ScoringKeys.WORKERS), config.get(ScoringKeys.APPROXIMATE_ITEMS)),
                    manifest.version());
            refused.remove(manifest.version());
            LogIds.ofThread(LogIds.MODEL_VERSION, manifest.version());
            LogIds.ofThread(LogIds.MODEL_STEP, Long.toString(manifest.step()));
            LOG.info(
                    "Serving model={} version={} step={} lineage={}",
                    modelName,
                    manifest.version(),
                    manifest.step(),
                    manifest.lineage());
            return true;
        } catch (SnapshotStoreException e) {
            unreachable = true;
            LOG.error(
                    "Snapshot {} of model {} is not available now: {}", manifest.version(), modelName, e.getMessage());
            return false;
        } catch (IOException | FormatException | IllegalArgumentException e) {
            LOG.error(
                    "Refused snapshot {} of model {}; trying the previous one: {}",
                    manifest.version(),
                    modelName,
                    e.getMessage());
            refused.add(manifest.version());
            live.countRefusedSnapshot();
            return false;
        }
    }

    private void assign(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = new ArrayList<>(manifestPartitions);
        partitions.add(journal.partition);
        partitions.add(deltas.partition);
        consumer.assign(partitions);
        consumer.seek(journal.partition, journal.nextOffset);
        consumer.seek(deltas.partition, deltas.nextOffset);
    }

    private void rebase() {
        catalogue.versionsUpTo(live.lineage(), live.step()).stream()
                .filter(version -> !refused.contains(version))
                .findFirst()
                .ifPresent(live::rebase);
    }

    private static String text(byte @Nullable [] key) {
        return key == null ? "" : new String(key, StandardCharsets.UTF_8);
    }

    private void pause() {
        try {
            Thread.sleep(RETRY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    @Override
    public void close() {
        closed = true;
        Consumer<byte[], byte[]> consumer = current;
        if (consumer != null) {
            consumer.wakeup();
        }
        try {
            if (thread.isAlive() && !thread.join(CLOSE)) {
                LOG.warn("The model follower did not stop within {}", CLOSE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
