package io.freshet.service.output;

import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.client.text.Utf8;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The known limits of each topic: initially the producers' request limit, later limits learned from refusals by
 * brokers. A refusal by a broker aborts its transaction, so a topic with narrower limits costs one aborted transaction
 * per learned limit, and not one per record. Thread-safe.
 */
final class OutputLimits {
    private static final Logger LOG = LoggerFactory.getLogger(OutputLimits.class);

    /** A batch with one incompressible record may be longer by one part in this many. */
    private static final int MARGIN_SHARE = 128;

    /** Upper bound of the frame of a batch with one record: 61 bytes, and up to 21 for the lengths. */
    private static final int FRAME_BYTES = 128;

    private static final int FRAME_OF_A_HEADER = 10;
    private static final int LEAST_LIMIT = 1_024;

    /** Number of aborted transactions of a topic after which learning stops: a further limit is not expected to help. */
    private static final int MOST_ABORTED = 32;

    /** Refusals within this time of each other count as one transaction. */
    private static final long ONE_TRANSACTION_MS = 1_000;

    /** After this time without a refusal, the count of a topic starts anew. */
    private static final long FORGET_MS = 3_600_000;

    private final int atFirst;
    private final RecordTimes times;
    private final InstantSource clock;
    private final Map<String, Integer> learned = new ConcurrentHashMap<>(); // topic → bytes
    private final Set<String> needsKey = ConcurrentHashMap.newKeySet(); // topics
    private final Map<String, Aborted> aborted = new ConcurrentHashMap<>(); // by topic

    /** Number of transactions aborted by a topic's refusals, and the time of the last refusal. */
    private record Aborted(int transactions, long lastMs) {}

    /** @param requestBytes maximum request size of the producers */
    OutputLimits(int requestBytes, RecordTimes times, InstantSource clock) {
        atFirst = requestBytes - requestBytes / MARGIN_SHARE;
        this.times = times;
        this.clock = clock;
    }

    /** Returns the maximum length of a record for a topic about which nothing has been learned. */
    int atFirst() {
        return atFirst;
    }

    /** Returns why the topic would refuse the record, or null if no reason is known. */
    @Nullable
    RecordRefusedException refusal(ProducerRecord<byte[], byte[]> record) {
        int limit = learned.getOrDefault(record.topic(), atFirst);
        int bytes = sizeOf(record);
        if (bytes > limit) {
            return new RecordRefusedException(
                    DeadLetterHeaders.OUTPUT_TOO_LARGE,
                    "a record must have at most " + limit + " bytes: topic=" + record.topic() + " bytes=" + bytes);
        }
        if (record.key() == null && needsKey.contains(record.topic())) {
            return new RecordRefusedException(
                    DeadLetterHeaders.OUTPUT_WITHOUT_KEY,
                    "a record of a compacted topic must have a key: topic=" + record.topic());
        }
        return null;
    }

    /** Returns an upper bound of the uncompressed size of a batch with this record. */
    static int sizeOf(ProducerRecord<byte[], byte[]> record) {
        long bytes = FRAME_BYTES + length(record.key()) + length(record.value());
        for (Header header : record.headers()) {
            bytes += FRAME_OF_A_HEADER + Utf8.length(header.key()) + length(header.value());
        }
        return (int) Math.min(Integer.MAX_VALUE, bytes);
    }

    private static long length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    /**
     * Learns from a producer's error for a record.
     *
     * @return a {@link RefusedByBrokerException} if the same records will be accepted when they are processed again, else
     *     the error itself
     */
    Exception learn(ProducerRecord<byte[], byte[]> record, Exception error) {
        String topic = record.topic();
        if (!isRefusal(error) || abortedBy(topic) > MOST_ABORTED) {
            return error;
        }
        if (error instanceof RecordTooLargeException) {
            int limit = Math.max(LEAST_LIMIT, sizeOf(record) / 2);
            learned.merge(topic, limit, Math::min);
            LOG.warn(
                    "Topic {} refused a record of {} bytes. The limit of its records is now {} bytes",
                    topic,
                    sizeOf(record),
                    limit,
                    error);
        } else if (error instanceof InvalidRecordException && record.key() == null) {
            needsKey.add(topic);
            LOG.warn("Topic {} refused a record without a key. No more such records are sent to it", topic, error);
        } else if (error instanceof InvalidRecordException || error instanceof InvalidTimestampException) {
            times.useTheWallClock();
            LOG.warn(
                    "Topic {} refused the timestamp of a record. All records now get the time of the wall clock",
                    topic,
                    error);
        }
        return new RefusedByBrokerException(topic, error);
    }

    /**
     * Converts an exception that a producer throws after a broker has refused a record of its transaction, possibly before
     * the record's callback has run. Returns a {@link RefusedByBrokerException} in place of an error that only its message
     * would identify.
     */
    static KafkaException afterRefusal(KafkaException error) {
        for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof RecordTooLargeException
                    || cause instanceof InvalidTimestampException
                    || cause instanceof InvalidRecordException) {
                return new RefusedByBrokerException("that of an earlier record", error);
            }
        }
        return error;
    }

    /**
     * Returns whether an error is a refusal of the record, or of another record in its batch. In the latter case the
     * producer reports a plain {@code KafkaException}, because it has no subclass for it.
     */
    private static boolean isRefusal(Exception error) {
        return error instanceof RecordTooLargeException
                || error instanceof InvalidTimestampException
                || error instanceof InvalidRecordException
                || error.getClass() == KafkaException.class;
    }

    private int abortedBy(String topic) {
        long nowMs = clock.millis();
        return aborted.merge(
                        topic,
                        new Aborted(1, nowMs),
                        (before, first) -> nowMs - before.lastMs() > FORGET_MS
                                ? first
                                : new Aborted(
                                        before.transactions() + (nowMs - before.lastMs() > ONE_TRANSACTION_MS ? 1 : 0),
                                        nowMs))
                .transactions();
    }
}
