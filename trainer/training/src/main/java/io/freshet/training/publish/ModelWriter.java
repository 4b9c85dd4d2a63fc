package io.freshet.training.publish;

import io.freshet.store.RetentionPolicy;
import io.freshet.store.SnapshotFiles;
import io.freshet.store.SnapshotStore;
import io.freshet.store.modellog.MergeNote;
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
 * <p>Snapshots are saved on another thread. Owns that thread and the producer. Not thread-safe.
 */
public final class ModelWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelWriter.class);
    private static final int PARTITION = 0; // of the deltas and the manifests
    private static final long NANOS_PER_MILLISECOND = 1_000_000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final SnapshotStore store;
    private final SnapshotSaver saver;
    private final Producer<byte[], byte[]> producer;
    private final ManifestsReader manifests;
    private final Clock clock;
    private final OnlineConfig.Topics topics;
    private final String modelName;
    private final RetentionPolicy retention;
    private final Duration transactionTimeout;
    private final List<Header> writtenBy;
    private final byte[] key;
    private final int learner;
    private final Log journal = new Log();
    private final Log deltas = new Log();
    private final Log merges = new Log();
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

    /** A snapshot that is in the store and announced, and how many of its bytes were written. */
    public record SavedSnapshot(Manifest manifest, SnapshotFiles.Written written) {}

    /** The bytes of a transaction's values, before compression. */
    public record Written(long journalBytes, long deltaBytes, long differenceBytes) {}

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
        this.saver = new SnapshotSaver(store, config.modelName());
        this.producer = producer;
        this.manifests = manifests;
        this.clock = clock;
        this.topics = config.topics();
        this.modelName = config.modelName();
        this.retention = config.publishing().retention();
        this.transactionTimeout = KafkaClients.transactionTimeout(config);
        this.writtenBy = List.of(ManifestIndex.writtenBy(config.clients().transactionalId()));
        this.key = modelName.getBytes(StandardCharsets.UTF_8);
        this.learner = config.learners().number();
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
        appendRecord(step);
    }

    /**
     * Writes a note of a merge in the open transaction, or in a new one.
     *
     * @throws TransactionExpiredException if the brokers have aborted the transaction because it was open for too long
     */
    public void append(MergeNote note) {
        appendRecord(note);
    }

    /**
     * Writes records for the other learners in the open transaction, or in a new one.
     *
     * @throws TransactionExpiredException if the brokers have aborted the transaction because it was open for too long
     */
    public void give(List<byte[]> records) {
        beginIfNone();
        try {
            for (byte[] value : records) {
                merges.lastSent = producer.send(new ProducerRecord<>(topics.modelMerges(), learner, key, value));
                merges.bytes += value.length;
            }
        } catch (KafkaException e) {
            throw expiredOr(e);
        }
    }

    private void appendRecord(ModelLogRecord record) {
        beginIfNone();
        try {
            send(topics.modelLog(), learner, journal, record);
        } catch (KafkaException e) {
            throw expiredOr(e);
        }
    }

    private void beginIfNone() {
        if (!inTransaction) {
            begin();
            inTransaction = true;
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
                send(topics.modelDeltas(), PARTITION, deltas, part);
            }
            if (!delta.isEmpty()) {
                ModelDelta head = delta.getFirst();
                send(topics.modelLog(), learner, journal, new PublishedStep(head.lineage(), head.toStep(), digest));
            }
            producer.commitTransaction();
        } catch (KafkaException e) {
            throw expiredOr(e);
        }
        inTransaction = false;
        return new Written(journal.committed(), deltas.committed(), merges.committed());
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
     * Begins to save a snapshot of all committed steps, on another thread. Then {@link #finishSave} must be called before
     * the next one is begun, and before the learner is closed, or {@link #close}.
     *
     * @param earlier newest manifest of this learner's snapshots; null if there is none
     * @param inputs next offset to learn from, for each input partition
     * @param held whether the snapshot must not be served
     */
    public void beginSave(
            OnlineLearner learner,
            Progress progress,
            @Nullable Manifest earlier,
            List<TopicPosition> inputs,
            boolean held) {
        saver.begin(draft(learner, progress, inputs).held(held), learner.freeze(earlier));
    }

    /**
     * Begins to save a snapshot of one of several learners, right after a merge, as {@link #beginSave(OnlineLearner,
     * Progress, Manifest, List, boolean)} does.
     *
     * @param merges the merges that the model contains
     * @param earlier newest manifest of this learner's snapshots; null if there is none
     * @param inputs next offset to learn from, for each partition that the snapshot covers, and next offset to read of each
     *     learner's differences
     */
    public void beginSaveOfMerge(
            OnlineLearner of,
            Progress progress,
            Merges merges,
            @Nullable Manifest earlier,
            List<TopicPosition> inputs,
            boolean held) {
        ManifestDraft draft = draft(of, progress, inputs).held(held);
        draft.metrics(StartingPoint.withLearners(draft.metrics(), merges.learners(), merges.count()));
        saver.begin(draft, of.freeze(earlier));
    }

    /** How many learners have merged how often since the beginning of the lineage. */
    public record Merges(int learners, long count) {}

    private ManifestDraft draft(OnlineLearner of, Progress progress, List<TopicPosition> inputs) {
        return LearnerDescription.draft(modelName, of, progress, clock.instant())
                .covering(
                        new TopicPosition(topics.modelLog(), learner, journal.nextOffset),
                        new TopicPosition(topics.modelDeltas(), PARTITION, deltas.nextOffset),
                        inputs);
    }

    /** Returns whether {@link #finishSave} must still be called for a snapshot that was begun. */
    public boolean isSaving() {
        return saver.isRunning();
    }

    /** Waits until {@link #finishSave} will return at once. Returns false on timeout, or if no snapshot was begun. */
    public boolean awaitSaved(Duration time) {
        return saver.await(time);
    }

    /**
     * Announces the snapshot that has been saved, and begins to delete the snapshots that need not be kept. Must not be
     * called in a transaction of the log.
     *
     * @param learner the learner that the snapshot is of
     * @throws IOException if the snapshot could not be saved
     */
    public SavedSnapshot finishSave(OnlineLearner learner) throws IOException {
        SnapshotSaver.Saved saved;
        try {
            saved = saver.take();
        } catch (IOException | RuntimeException e) {
            learner.notSaved();
            throw e;
        }
        List<String> gone = surplus(saved);
        announce(saved.manifest(), gone);
        deleteWithdrawn(saved.stored(), gone);
        LOG.info(
                "Wrote snapshot {}/{}: files={} bytes={} unchanged bytes={}",
                modelName,
                saved.manifest().version(),
                saved.written().files(),
                saved.written().bytes(),
                saved.written().reusedBytes());
        return new SavedSnapshot(saved.manifest(), saved.written());
    }

    /** Deletes snapshots whose manifests have just been withdrawn, except one that is served again. */
    private void deleteWithdrawn(RetentionPolicy.Stored stored, List<String> versions) {
        String served = manifests.rolledBackTo(versions).orElse("");
        for (Manifest manifest : stored.readable()) {
            if (manifest.version().equals(served)) {
                announce(manifest, List.of());
            }
        }
        saver.delete(
                versions.stream().filter(version -> !version.equals(served)).toList());
    }

    /**
     * Returns the versions that need not be kept. They never include the one just written or one that is to be
     * served.
     */
    private List<String> surplus(SnapshotSaver.Saved saved) {
        ManifestIndex known = manifests.readOn();
        Set<String> wanted = new HashSet<>(Set.of(saved.manifest().version()));
        known.rollback().map(Rollback::served).ifPresent(wanted::add);
        known.newestToServe().stream().map(Manifest::version).findFirst().ifPresent(wanted::add);
        return retention.surplus(saved.stored(), wanted);
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

    /** Abandons a snapshot that is being saved, and closes the producer. */
    @Override
    public void close() {
        saver.close();
        producer.close(CLOSE_TIMEOUT);
    }

    private void send(String topic, int partition, Log log, ModelLogRecord record) {
        byte[] value = ModelLogCodec.encode(record);
        log.lastSent = producer.send(new ProducerRecord<>(topic, partition, key, value));
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
