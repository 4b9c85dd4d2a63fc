package io.freshet.output;

import io.freshet.format.Utf8;
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
 * What each topic takes, as far as that is known: at first what the producers send at most, and then what brokers have
 * refused. A refusal by a broker aborts its transaction, so a topic with narrower bounds of its own costs one aborted
 * transaction for each bound that is learned, and not one for each record. Thread-safe.
 */
final class OutputLimits {
    private static final Logger LOG = LoggerFactory.getLogger(OutputLimits.class);

    /** A batch with one record may be this much longer when a codec cannot compress it. */
    private static final int MARGIN_SHARE = 128;

    /** More than the frame of a batch with one record: 61 bytes, and up to 21 for the lengths. */
    private static final int FRAME_BYTES = 128;

    private static final int FRAME_OF_A_HEADER = 10;
    private static final int LEAST_LIMIT = 1_024;

    /** Aborted transactions of one topic after which it is not believed that the next bound will do. */
    private static final int MOST_ABORTED = 32;

    /** Refusals that are closer together than this are of one transaction. */
    private static final long ONE_TRANSACTION_MS = 1_000;

    /** A topic that has refused nothing for so long begins to count again. */
    private static final long FORGET_MS = 3_600_000;

    private final int atFirst;
    private final RecordTimes times;
    private final InstantSource clock;
    private final Map<String, Integer> learned = new ConcurrentHashMap<>(); // topic → bytes
    private final Set<String> needsKey = ConcurrentHashMap.newKeySet(); // topics
    private final Map<String, Aborted> aborted = new ConcurrentHashMap<>(); // by topic

    /** How many transactions a topic's refusals have aborted, and when the last refusal was. */
    private record Aborted(int transactions, long lastMs) {}

    /** @param requestBytes what the producers send at most */
    OutputLimits(int requestBytes, RecordTimes times, InstantSource clock) {
        atFirst = requestBytes - requestBytes / MARGIN_SHARE;
        this.times = times;
        this.clock = clock;
    }

    /** The longest record of a topic of which nothing is learned. */
    int atFirst() {
        return atFirst;
    }

    /** Why the topic would not take the record; null where nothing is known against it. */
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

    /** An upper bound of what a batch with this record takes, uncompressed. */
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
     * Learns from what a producer says of a record.
     *
     * @return a {@link RefusedByBrokerException} where the same records will be taken when they come again; else the error
     *     itself
     */
    Exception learn(ProducerRecord<byte[], byte[]> record, Exception error) {
        String topic = record.topic();
        if (!isRefusal(error) || abortedBy(topic) > MOST_ABORTED) {
            return error;
        }
        if (error instanceof RecordTooLargeException) {
            int limit = Math.max(LEAST_LIMIT, sizeOf(record) / 2);
            learned.merge(topic, limit, Math::min);
            LOG.warn("Topic {} refused a record of {} bytes. Its bound is now {}", topic, sizeOf(record), limit, error);
        } else if (error instanceof InvalidRecordException && record.key() == null) {
            needsKey.add(topic);
            LOG.warn("Topic {} refused a record without a key. It gets no more of them", topic, error);
        } else if (error instanceof InvalidRecordException || error instanceof InvalidTimestampException) {
            times.useTheWallClock();
            LOG.warn("Topic {} refused the time of a record. The wall clock now times all records", topic, error);
        }
        return new RefusedByBrokerException(topic, error);
    }

    /**
     * What a producer throws once a broker has refused a record of its transaction, which may be before the record's callback
     * has run: a {@link RefusedByBrokerException} in place of an error that nothing but the message tells from others.
     */
    static KafkaException afterRefusal(KafkaException error) {
        for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof RecordTooLargeException
                    || cause instanceof InvalidTimestampException
                    || cause instanceof InvalidRecordException) {
                return new RefusedByBrokerException("one before", error);
            }
        }
        return error;
    }

    /** A producer has no class of its own for the good records of a batch in which another one is refused. */
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
