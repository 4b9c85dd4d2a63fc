package io.freshet.training.publish;

import io.freshet.store.RetentionPolicy;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.ModelLogRecord;
import io.freshet.store.modellog.PublishedStep;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestCodec;
import io.freshet.store.snapshot.ManifestDraft;
import io.freshet.store.snapshot.Rollback;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.training.config.KafkaClients;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.failure.FailureKind;
import io.freshet.training.failure.TransactionExpiredException;
import io.freshet.training.step.OnlineLearner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what a trainer publishes: the journal, the deltas, the snapshots in the store, and their manifests. Everything
 * on topics is written in transactions.
 *
 * <p>A transaction of the journal holds one entry for each of its steps and ends with the delta of all of them on its
 * own topic, so a reader of committed records has the journal and the weights at the same step.
 *
 * <p>Owns the producer. Not thread-safe.
 */
public final class ModelWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelWriter.class);
    private static final int PARTITION = 0;
    private static final long NANOS_PER_MILLISECOND = 1_000_000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final SnapshotStore store;
    private final Producer<byte[], byte[]> producer;
    private final ManifestsReader manifests;
    private final Clock clock;
    private final OnlineConfig.Topics topics;
    private final String modelName;
    private final RetentionPolicy retention;
    private final Duration transactionTimeout;
    private final List<Header> writtenBy;
    private final byte[] key;
    private final Log journal = new Log();
    private final Log deltas = new Log();
    private boolean inTransaction;
    private long openSinceNanos; // start of the open transaction
    private long openSinceMs; // the same, by the wall clock

    /** What this writer has written to a topic. */
    private static final class Log {
        private long nextOffset;
        private long bytes;
        private @Nullable Future<RecordMetadata> lastSent;

        /** Moves the end behind the committed records, and returns their bytes. */
        long committed() {
            if (lastSent != null) {
                nextOffset = offsetOf(lastSent) + 1;
            }
            long committed = bytes;
            lastSent = null;
            bytes = 0;
            return committed;
        }
    }

    /** The bytes of a transaction's values, before compression. */
    public record Written(long journalBytes, long deltaBytes) {}

    /**
     * @param producer a transactional producer, which this object owns from now on
     * @param manifests reader of the manifests' topic, which the caller owns
     * @param clock source of the dates in manifests, and of the age of a transaction
     */
    public ModelWriter(
            OnlineConfig config,
            SnapshotStore store,
            Producer<byte[], byte[]> producer,
            ManifestsReader manifests,
            Clock clock) {
        this.store = store;
        this.producer = producer;
        this.manifests = manifests;
        this.clock = clock;
        this.topics = config.topics();
        this.modelName = config.modelName();
        this.retention = config.publishing().retention();
        this.transactionTimeout = KafkaClients.transactionTimeout(config);
        this.writtenBy = List.of(ManifestIndex.writtenBy(config.clients().transactionalId()));
        this.key = modelName.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Fences every other trainer of this model. When it returns, all transactions that they left open are committed or
     * aborted.
     */
    public void fenceOthers() {
        producer.initTransactions();
    }

    /** Sets the ends of the journal and of the deltas at which this writer starts. */
    public void startAt(long journalEnd, long deltasEnd) {
        journal.nextOffset = journalEnd;
        deltas.nextOffset = deltasEnd;
    }

    /**
     * Writes a step in the open transaction, or in a new one.
     *
     * @throws TransactionExpiredException if the brokers have aborted the transaction because it was open for too long
     */
    public void append(StepRecord step) {
        if (!inTransaction) {
            begin();
            inTransaction = true;
        }
        try {
            send(topics.modelLog(), journal, step);
        } catch (KafkaException e) {
            throw expiredOr(e);
        }
    }

    /** Returns whether there are steps that readers cannot see yet. */
    public boolean hasUncommittedSteps() {
        return inTransaction;
    }

    /**
     * Writes the delta of all steps of the transaction, notes it in the journal, and commits the transaction.
     *
     * @param delta parts of the delta; none if it is held back
     * @param digest digest of the model after the steps
     * @throws TransactionExpiredException if the brokers have aborted the transaction because it was open for too long
     */
    public Written commit(List<ModelDelta> delta, int digest) {
        try {
            for (ModelDelta part : delta) {
                send(topics.modelDeltas(), deltas, part);
            }
            if (!delta.isEmpty()) {
                ModelDelta head = delta.getFirst();
                send(topics.modelLog(), journal, new PublishedStep(head.lineage(), head.toStep(), digest));
            }
            producer.commitTransaction();
        } catch (KafkaException e) {
            throw expiredOr(e);
        }
        inTransaction = false;
        return new Written(journal.committed(), deltas.committed());
    }

    private void begin() {
        producer.beginTransaction();
        openSinceNanos = System.nanoTime();
        openSinceMs = clock.millis();
    }

    /**
     * Returns the exception to throw for a failure in the open transaction. The brokers answer a producer whose
     * transaction they have aborted like one that another producer has fenced. So a trainer that was fenced while it
     * was suspended begins a new session, too: it waits for its lease there, or, without leases, fences the other
     * trainer.
     */
    private KafkaException expiredOr(KafkaException failure) {
        // The first clock stops while a machine sleeps; the second may be set.
        long openMs =
                Math.max((System.nanoTime() - openSinceNanos) / NANOS_PER_MILLISECOND, clock.millis() - openSinceMs);
        return FailureKind.of(failure) == FailureKind.FENCED && openMs >= transactionTimeout.toMillis()
                ? new TransactionExpiredException(Duration.ofMillis(openMs), failure)
                : failure;
    }

    /** Returns the announced snapshots in ascending order of step. */
    public List<Manifest> known() {
        return manifests.readOn().newestFirst().reversed();
    }

    /**
     * Announces a snapshot again, as its writer may have died between the files and the record. Returns false if the
     * snapshot is gone.
     */
    public boolean announceAgain(Manifest manifest) throws IOException {
        boolean isThere = store.versions(modelName).contains(manifest.version());
        if (isThere) {
            announce(manifest, List.of());
        }
        return isThere;
    }

    /**
     * Writes a snapshot of all committed steps, announces it, and deletes the snapshots that need not be kept.
     *
     * @param inputs next offset to learn from, for each input partition
     * @param held whether the snapshot must not be served
     */
    public void save(OnlineLearner learner, Progress progress, List<TopicPosition> inputs, boolean held)
            throws IOException {
        ManifestDraft draft = LearnerDescription.draft(modelName, learner, progress, clock.instant())
                .covering(
                        new TopicPosition(topics.modelLog(), PARTITION, journal.nextOffset),
                        new TopicPosition(topics.modelDeltas(), PARTITION, deltas.nextOffset),
                        inputs)
                .held(held);
        SnapshotFiles files = new SnapshotFiles();
        learner.addTo(files);
        Manifest manifest = store.save(draft, files);
        List<String> gone = surplus(manifest.version());
        announce(manifest, gone);
        deleteWithdrawn(gone);
        LOG.info("Wrote snapshot {}/{}", modelName, manifest.version());
    }

    /** Deletes snapshots whose manifests have just been withdrawn, except one that is served again. */
    private void deleteWithdrawn(List<String> versions) throws IOException {
        String served = manifests.rolledBackTo(versions).orElse("");
        for (String version : versions) {
            if (version.equals(served)) {
                announce(store.manifest(modelName, version), List.of());
            } else {
                delete(version);
            }
        }
    }

    /** Deletes a snapshot. If that fails, the next {@link #save} tries again, because the snapshot is still surplus. */
    private void delete(String version) {
        try {
            store.delete(modelName, version);
        } catch (IOException e) {
            LOG.warn("Could not delete snapshot {}/{}; it stays for now: {}", modelName, version, e.getMessage());
        }
    }

    /**
     * Returns the versions that need not be kept. They never include the one just written or one that is to be
     * served.
     */
    private List<String> surplus(String justWritten) {
        ManifestIndex known = manifests.readOn();
        Set<String> wanted = new HashSet<>(Set.of(justWritten));
        known.rollback().map(Rollback::served).ifPresent(wanted::add);
        known.newestToServe().stream().map(Manifest::version).findFirst().ifPresent(wanted::add);
        try {
            return retention.surplus(store, modelName, wanted);
        } catch (IOException e) {
            LOG.warn("Could not list old snapshots of model {}; they stay for now: {}", modelName, e.getMessage());
            return List.of();
        }
    }

    /**
     * Announces a snapshot and withdraws others, in a transaction of its own. Must not be called in a transaction of
     * the log.
     */
    private void announce(Manifest manifest, List<String> goneVersions) {
        begin();
        try {
            sendManifest(manifest.version(), ManifestCodec.toJson(manifest));
            goneVersions.forEach(version -> sendManifest(version, null));
            producer.commitTransaction();
        } catch (KafkaException e) {
            throw expiredOr(e);
        }
    }

    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
    }

    private void send(String topic, Log log, ModelLogRecord record) {
        byte[] value = ModelLogCodec.encode(record);
        log.lastSent = producer.send(new ProducerRecord<>(topic, PARTITION, key, value));
        log.bytes += value.length;
    }

    private void sendManifest(String version, byte @Nullable [] value) {
        byte[] versionKey = ManifestIndex.key(modelName, version);
        // If this send fails, so does the commit.
        Future<RecordMetadata> _ =
                producer.send(new ProducerRecord<>(topics.modelManifests(), PARTITION, versionKey, value, writtenBy));
    }

    private static long offsetOf(Future<RecordMetadata> committed) {
        try {
            return committed.get().offset();
        } catch (ExecutionException e) {
            throw new KafkaException("a committed record must have an offset", e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
