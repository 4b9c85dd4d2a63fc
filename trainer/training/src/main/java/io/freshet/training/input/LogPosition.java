package io.freshet.training.input;

import io.freshet.store.snapshot.TopicPosition;
import io.freshet.training.failure.MissingRecordsException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A position recorded in a snapshot, together with the offsets that its partition holds now. All records of our
 * topics are written in transactions, so the position after a transaction's last record may be that of its commit
 * marker, which no reader sees. Once retention has deleted the marker as well, the partition begins one offset after
 * the position, although no record is missing.
 *
 * @param wanted the position: every record before it is covered by the snapshot
 * @param begin the first offset that the partition holds
 * @param end the offset after the last committed record or marker
 */
public record LogPosition(TopicPartition partition, long wanted, long begin, long end) {
    private static final Logger LOG = LoggerFactory.getLogger(LogPosition.class);

    /**
     * Returns the offset at which to continue reading.
     *
     * @param nothingBetween called if the partition begins after the position; returns whether it is certain that no
     *     record is missing in between
     * @param wayOut what an operator can do if records are missing
     * @throws MissingRecordsException if records may be missing, or if the position is beyond the end
     */
    public long start(BooleanSupplier nothingBetween, String wayOut) {
        if (wanted > end) {
            throw new MissingRecordsException("partition " + partition + " must reach the snapshot's position: snapshot"
                    + " covers up to=" + wanted + " log begins at=" + begin + " log ends at=" + end
                    + "; the topic was created again, or belongs to another cluster. " + wayOut);
        }
        if (wanted >= begin || nothingBetween.getAsBoolean()) {
            return Math.max(wanted, begin);
        }
        if (mayHoldAllFrom(wanted, begin)) {
            LOG.warn(
                    "Partition {} begins one offset after the snapshot's position, at {}. The missing offset is assumed"
                            + " to be the marker of a transaction, which retention has deleted",
                    partition,
                    begin);
            return begin;
        }
        throw new MissingRecordsException(
                "partition " + partition + " must have all records since the snapshot: snapshot"
                        + " covers up to=" + wanted + " log begins at=" + begin + " log ends at=" + end
                        + "; the records in between have expired (retention.ms). " + wayOut);
    }

    /**
     * Returns whether a partition that begins at {@code begin} may hold all records from {@code wanted} on, the only
     * gap being a transaction marker.
     */
    public static boolean mayHoldAllFrom(long wanted, long begin) {
        return begin <= wanted || (wanted > 0 && begin == wanted + 1);
    }

    /**
     * Returns whether a topic holds all records since the positions of a snapshot.
     *
     * @param positions positions in this topic and, ignored here, in others
     */
    public static boolean hasAllSince(Consumer<?, ?> consumer, String topic, List<TopicPosition> positions) {
        Map<TopicPartition, Long> wanted = new HashMap<>();
        for (TopicPosition position : positions) {
            if (position.topic().equals(topic)) {
                wanted.put(new TopicPartition(topic, position.partition()), position.offset());
            }
        }
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(wanted.keySet());
        Map<TopicPartition, Long> ends = consumer.endOffsets(wanted.keySet());
        return wanted.entrySet().stream()
                .allMatch(entry -> entry.getValue() <= ends.getOrDefault(entry.getKey(), 0L)
                        && mayHoldAllFrom(entry.getValue(), begins.getOrDefault(entry.getKey(), 0L)));
    }
}
