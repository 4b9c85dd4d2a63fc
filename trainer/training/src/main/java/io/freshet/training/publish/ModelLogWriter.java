package io.freshet.training.publish;

import io.freshet.store.modellog.ModelDelta;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.modellog.ModelLogRecord;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.ManifestCodec;
import io.freshet.training.config.OnlineConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Writes the model log and the manifests, always in transactions.
 *
 * <p>A transaction of the model log holds one journal entry for each of its steps and ends with the delta of all of
 * them, so a reader of committed records has the journal and the weights at the same step. Owns the producer. Not
 * thread-safe.
 */
public final class ModelLogWriter implements AutoCloseable {
    private static final int PARTITION = 0;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final Producer<byte[], byte[]> producer;
    private final OnlineConfig.Topics topics;
    private final String modelName;
    private final List<Header> writtenBy;
    private final byte[] key;
    private @Nullable Future<RecordMetadata> lastSent;
    private long nextOffset;
    private boolean inTransaction;

    /** @param producer a transactional producer, which this object owns from now on */
    public ModelLogWriter(Producer<byte[], byte[]> producer, OnlineConfig config) {
        this.producer = producer;
        this.topics = config.topics();
        this.modelName = config.modelName();
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

    /** Sets the end of the log at which this writer starts. */
    public void startAt(long endOffset) {
        nextOffset = endOffset;
    }

    /** Writes a step in the open transaction, or in a new one. */
    public void append(StepRecord step) {
        if (!inTransaction) {
            producer.beginTransaction();
            inTransaction = true;
        }
        send(step);
    }

    /** Returns whether there are steps that readers cannot see yet. */
    public boolean hasUncommittedSteps() {
        return inTransaction;
    }

    /** Writes the delta of all steps of the transaction and commits it. */
    public void commit(List<ModelDelta> delta) {
        delta.forEach(this::send);
        producer.commitTransaction();
        inTransaction = false;
        if (lastSent != null) {
            nextOffset = offsetOf(lastSent) + 1;
        }
    }

    /** Returns the first offset of the model log after everything that is committed. */
    public long nextOffset() {
        return nextOffset;
    }

    /**
     * Announces a snapshot and withdraws others, in a transaction of its own. Must not be called in a transaction of
     * the log.
     */
    void announce(Manifest manifest, List<String> goneVersions) {
        producer.beginTransaction();
        sendManifest(manifest.version(), ManifestCodec.toJson(manifest));
        goneVersions.forEach(version -> sendManifest(version, null));
        producer.commitTransaction();
    }

    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
    }

    private void send(ModelLogRecord record) {
        lastSent = producer.send(new ProducerRecord<>(topics.modelLog(), PARTITION, key, ModelLogCodec.encode(record)));
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
