package io.freshet.training.journal;

import io.freshet.store.format.FormatException;
import io.freshet.store.modellog.ModelLogCodec;
import io.freshet.store.snapshot.Manifest;
import io.freshet.store.snapshot.TopicPosition;
import io.freshet.training.config.KafkaClients;
import io.freshet.training.failure.MissingRecordsException;
import io.freshet.training.input.LogPosition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one model's committed records of the model log from a given offset: either to an end fixed at some time
 * ({@link #next}), or as they arrive ({@link #poll}). A record that cannot be decoded is counted, logged and skipped,
 * as scorers that follow the model do. If it was a step, the number of a later step shows that it is missing. Owns
 * the consumer. Not thread-safe.
 */
public final class JournalReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalReader.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final String WAY_OUT =
            "Let the trainer continue from a snapshot with 'freshet models adopt', or begin a new model with another"
                    + " model.name; and keep the model log for longer than a trainer may be down.";

    /** Stands for the present end of the journal. */
    public static final long END = -1;

    private final Consumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final byte[] key;
    private final Runnable passedOver;
    private final ArrayDeque<JournalEntry> fetched = new ArrayDeque<>();
    private long end;
    private int passedOverRecords;

    /**
     * Starts at {@code offset}, or at the {@link #END}, with the end of the log at this time. Closes the consumer if that
     * fails.
     *
     * @param partition partition of the model log that has the journal
     * @param modelName name of the model; records of other models are ignored
     * @param nothingMissing called if the log begins after the offset; returns whether it is certain that the model
     *     has no record in between
     * @param passedOver runs for each record that is skipped
     * @throws MissingRecordsException if the log may not hold everything from the offset on
     */
    public JournalReader(
            Consumer<byte[], byte[]> consumer,
            TopicPartition partition,
            String modelName,
            long offset,
            BooleanSupplier nothingMissing,
            Runnable passedOver) {
        this.consumer = consumer;
        this.partition = partition;
        this.key = modelName.getBytes(StandardCharsets.UTF_8);
        this.passedOver = passedOver;
        try {
            seek(offset, nothingMissing);
        } catch (RuntimeException e) {
            KafkaClients.close(consumer);
            throw e;
        }
    }

    private void seek(long offset, BooleanSupplier nothingMissing) {
        List<TopicPartition> partitions = List.of(partition);
        consumer.assign(partitions);
        long first = only(consumer.beginningOffsets(partitions));
        moveEnd();
        consumer.seek(
                partition,
                offset == END ? end : new LogPosition(partition, offset, first, end).start(nothingMissing, WAY_OUT));
    }

    /** Returns the number of records that could not be decoded so far. */
    public int passedOverRecords() {
        return passedOverRecords;
    }

    /** Returns whether the model log and the input still hold everything that a snapshot does not cover. */
    public static boolean canContinue(Manifest manifest, Consumer<byte[], byte[]> consumer) {
        return holdsAllFrom(Stream.concat(Stream.of(manifest.modelLog()), manifest.inputs().stream()), consumer);
    }

    /**
     * Returns whether the input still holds everything that a snapshot does not cover. A trainer with another number of
     * learners needs no more, because it begins a lineage.
     *
     * @param topic topic of the input
     */
    public static boolean hasInput(Manifest manifest, String topic, Consumer<byte[], byte[]> consumer) {
        return holdsAllFrom(
                manifest.inputs().stream().filter(position -> position.topic().equals(topic)), consumer);
    }

    private static boolean holdsAllFrom(Stream<TopicPosition> all, Consumer<byte[], byte[]> consumer) {
        Map<TopicPartition, Long> positions = new HashMap<>();
        all.forEach(position ->
                positions.put(new TopicPartition(position.topic(), position.partition()), position.offset()));
        return consumer.beginningOffsets(positions.keySet()).entrySet().stream()
                .allMatch(first ->
                        LogPosition.mayHoldAllFrom(positions.getOrDefault(first.getKey(), -1L), first.getValue()));
    }

    /** Returns the offset after the last record that {@link #next} reads. */
    public long end() {
        return end;
    }

    /** Returns the present end of the only partition of another topic. */
    public long endOf(String topic) {
        TopicPartition other = new TopicPartition(topic, 0);
        return consumer.endOffsets(List.of(other)).getOrDefault(other, 0L);
    }

    /** Moves the end to the present end of the log. */
    public void moveEnd() {
        end = only(consumer.endOffsets(List.of(partition)));
    }

    /** Returns the next entry, or null at the end. */
    @Nullable
    public JournalEntry next() {
        JournalEntry next = peek();
        if (next != null) {
            fetched.remove();
        }
        return next;
    }

    /** Returns the entry that {@link #next} will return, without consuming it. */
    @Nullable
    JournalEntry peek() {
        while (fetched.isEmpty() && consumer.position(partition) < end) {
            fetch(POLL);
        }
        JournalEntry next = fetched.peek();
        return next == null || next.offset() >= end ? null : next;
    }

    /** Returns the next entry, or null if none arrives in time. The entry may lie beyond the end. */
    @Nullable
    public JournalEntry poll(Duration maxWait) {
        if (fetched.isEmpty()) {
            fetch(maxWait);
        }
        return fetched.poll();
    }

    @Override
    public void close() {
        KafkaClients.close(consumer);
    }

    private void fetch(Duration maxWait) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(maxWait)) {
            if (Arrays.equals(record.key(), key)) {
                JournalEntry entry = decode(record);
                if (entry != null) {
                    fetched.add(entry);
                }
            }
        }
    }

    private @Nullable JournalEntry decode(ConsumerRecord<byte[], byte[]> record) {
        byte @Nullable [] value = record.value();
        if (value == null) {
            passOver(record, "the record must have a value");
            return null;
        }
        try {
            return new JournalEntry(record.offset(), record.timestamp(), ModelLogCodec.decode(value));
        } catch (FormatException | IllegalArgumentException e) {
            passOver(record, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private void passOver(ConsumerRecord<byte[], byte[]> record, String reason) {
        passedOver.run();
        passedOverRecords++;
        LOG.warn(
                "Skipped a record of the model log: topic={} partition={} offset={}: {}",
                record.topic(),
                record.partition(),
                record.offset(),
                reason);
    }

    private long only(Map<TopicPartition, Long> offsets) {
        Long offset = offsets.get(partition);
        if (offset == null) {
            throw new IllegalStateException("partition must exist: partition=" + partition);
        }
        return offset;
    }
}
