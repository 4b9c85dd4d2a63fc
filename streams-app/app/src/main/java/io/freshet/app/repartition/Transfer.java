package io.freshet.app.repartition;

import io.freshet.app.feed.StopSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads records up to given ends and writes what becomes of them to other topics. The written records and the positions up
 * to which records were read are one transaction, so no record is written twice, however often the transfer is interrupted.
 * A second transfer with the same transactional id ends the first one. Used by one thread.
 */
final class Transfer implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long COMMIT_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int RECORDS_PER_COMMIT = 20_000;
    private static final String LONGEST_REQUEST = Integer.toString(16 << 20);

    private final Map<String, Object> reading;
    private final Map<String, ConsumerGroupMetadata> groups = new HashMap<>();
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final KafkaProducer<byte[], byte[]> producer;

    Transfer(RepartitionPlan plan, String transactionalId) {
        reading = plan.source().kafka().forConsumer();
        reading.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        reading.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        reading.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        reading.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5000");
        Map<String, Object> writing = plan.target().kafka().forProducer();
        writing.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        writing.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        writing.put(ProducerConfig.ACKS_CONFIG, "all");
        // Every user must be where Kafka's default partitioner puts the user.
        writing.remove(ProducerConfig.PARTITIONER_CLASS_CONFIG);
        writing.remove(ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG);
        writing.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, "20");
        writing.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, "131072");
        writing.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        // The brokers have accepted the records before, whatever the limit of their producer was.
        writing.putIfAbsent(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LONGEST_REQUEST);
        writing.putIfAbsent(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, "60000");
        consumer = new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        producer = new KafkaProducer<>(writing, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Ends an earlier transfer with the same transactional id. Must be called first. */
    void begin() throws RepartitionException {
        try {
            producer.initTransactions();
        } catch (KafkaException e) {
            throw failed(e);
        }
    }

    /** What becomes of a record. */
    @FunctionalInterface
    interface Conversion {
        ProducerRecord<byte[], byte[]> of(ConsumerRecord<byte[], byte[]> record) throws RepartitionException;
    }

    /** Called after each transaction, at least once a second while there are records. */
    @FunctionalInterface
    interface Listener {
        /**
         * Hears of a transaction.
         *
         * @param records number of records of the transaction
         * @param tombstones number of those without a value
         * @param left number of offsets before the ends
         */
        void committed(long records, long tombstones, long left) throws RepartitionException, InterruptedException;
    }

    /**
     * Transfers the records between the positions and the ends, and perhaps some that come after the ends.
     *
     * @param positions where to begin in each partition; moved on to where the next transfer begins
     * @param group the group in which positions are committed
     * @return false if it was stopped before the ends
     */
    boolean run(
            Map<TopicPartition, Long> positions,
            Map<TopicPartition, Long> ends,
            Conversion conversion,
            Group group,
            Listener listener,
            StopSignal stop)
            throws RepartitionException, InterruptedException {
        List<TopicPartition> left = new ArrayList<>(ends.keySet());
        left.removeIf(partition -> positionIn(positions, partition) >= ends.getOrDefault(partition, 0L));
        consumer.assign(left);
        left.forEach(partition -> consumer.seek(partition, positionIn(positions, partition)));
        while (!left.isEmpty()) {
            if (stop.isRaised()) {
                return false;
            }
            transferSome(left, positions, ends, conversion, group, listener);
        }
        return true;
    }

    /** A consumer group that holds positions, and the metadata of each. */
    record Group(String id, String note) {}

    private void transferSome(
            List<TopicPartition> left,
            Map<TopicPartition, Long> positions,
            Map<TopicPartition, Long> ends,
            Conversion conversion,
            Group group,
            Listener listener)
            throws RepartitionException, InterruptedException {
        long records = 0;
        long tombstones = 0;
        long startNanos = System.nanoTime();
        try {
            producer.beginTransaction();
            while (records < RECORDS_PER_COMMIT && System.nanoTime() - startNanos < COMMIT_NANOS && !left.isEmpty()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    var _ = producer.send(conversion.of(record)); // the commit reports a failure
                    records++;
                    tombstones += record.value() == null ? 1 : 0;
                }
                left.removeIf(partition -> consumer.position(partition) >= ends.getOrDefault(partition, 0L));
            }
            consumer.assignment().forEach(partition -> positions.put(partition, consumer.position(partition)));
            commit(offsets(positions, group.note()), group.id());
        } catch (RepartitionException e) {
            abort(e);
            throw e;
        } catch (KafkaException e) {
            abort(e);
            throw failed(e);
        }
        listener.committed(
                records,
                tombstones,
                left.stream()
                        .mapToLong(partition -> ends.getOrDefault(partition, 0L) - positionIn(positions, partition))
                        .sum());
    }

    /** Ends the transaction, so that readers need not wait until it times out. */
    private void abort(Exception reason) {
        try {
            producer.abortTransaction();
        } catch (KafkaException e) {
            reason.addSuppressed(e);
        }
    }

    /** Writes records and commits positions by group in one transaction. */
    void write(
            List<ProducerRecord<byte[], byte[]>> records, Map<String, Map<TopicPartition, OffsetAndMetadata>> offsets)
            throws RepartitionException {
        try {
            producer.beginTransaction();
            for (ProducerRecord<byte[], byte[]> record : records) {
                var _ = producer.send(record); // the commit reports a failure
            }
            for (var group : offsets.entrySet()) {
                producer.sendOffsetsToTransaction(group.getValue(), groupOf(group.getKey()));
            }
            producer.commitTransaction();
        } catch (KafkaException e) {
            abort(e);
            throw failed(e);
        }
    }

    private void commit(Map<TopicPartition, OffsetAndMetadata> offsets, String group) {
        producer.sendOffsetsToTransaction(offsets, groupOf(group));
        producer.commitTransaction();
    }

    /** Returns a group without members, in which positions can be committed. */
    private ConsumerGroupMetadata groupOf(String id) {
        return groups.computeIfAbsent(id, _ -> {
            Map<String, Object> ofGroup = new HashMap<>(reading);
            ofGroup.put(ConsumerConfig.GROUP_ID_CONFIG, id);
            try (KafkaConsumer<byte[], byte[]> never =
                    new KafkaConsumer<>(ofGroup, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                return never.groupMetadata();
            }
        });
    }

    /** Returns the newest value of each key, by partition and key, from the beginning to the ends. */
    <T> Map<T, byte[]> newest(
            Map<TopicPartition, Long> beginnings,
            Map<TopicPartition, Long> ends,
            Function<ConsumerRecord<byte[], byte[]>, T> key,
            StopSignal stop)
            throws RepartitionException {
        try {
            return newestOf(beginnings, ends, key, stop);
        } catch (KafkaException e) {
            throw failed(e);
        }
    }

    private <T> Map<T, byte[]> newestOf(
            Map<TopicPartition, Long> beginnings,
            Map<TopicPartition, Long> ends,
            Function<ConsumerRecord<byte[], byte[]>, T> key,
            StopSignal stop) {
        Map<T, byte[]> newest = new HashMap<>();
        List<TopicPartition> left = new ArrayList<>(ends.keySet());
        left.removeIf(partition -> positionIn(beginnings, partition) >= ends.getOrDefault(partition, 0L));
        consumer.assign(left);
        left.forEach(partition -> consumer.seek(partition, positionIn(beginnings, partition)));
        while (!left.isEmpty() && !stop.isRaised()) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.value() == null) {
                    newest.remove(key.apply(record));
                } else {
                    newest.put(key.apply(record), record.value());
                }
            }
            left.removeIf(partition -> consumer.position(partition) >= ends.getOrDefault(partition, 0L));
        }
        return newest;
    }

    static Map<TopicPartition, OffsetAndMetadata> offsets(Map<TopicPartition, Long> positions, String note) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        positions.forEach((partition, position) -> offsets.put(partition, new OffsetAndMetadata(position, note)));
        return offsets;
    }

    private static long positionIn(Map<TopicPartition, Long> positions, TopicPartition partition) {
        return positions.getOrDefault(partition, 0L);
    }

    private static RepartitionException failed(KafkaException e) {
        if (isFenced(e) || isFenced(e.getCause())) {
            return new RepartitionException(
                    "Another 'freshet repartition' of the same application has taken over, or a transaction has timed"
                            + " out; if no other one runs, run the same command again to continue",
                    e);
        }
        return e instanceof AuthorizationException || e.getCause() instanceof AuthorizationException
                ? new RepartitionException("Kafka does not let this user copy", e)
                : new RepartitionException("Kafka fails to copy; run the same command again to continue", e);
    }

    private static boolean isFenced(@Nullable Throwable failure) {
        return failure instanceof ProducerFencedException || failure instanceof InvalidProducerEpochException;
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        consumer.close();
    }
}
