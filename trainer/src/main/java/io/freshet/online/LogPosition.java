package io.freshet.online;

import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A position that a snapshot names, and what its partition holds now. All records of our topics are written in
 * transactions, so a position behind a transaction's last record may be that of its commit marker, which no reader sees.
 * Once retention has deleted the marker as well, the partition begins one later, and no record is missing.
 *
 * @param wanted the position: everything before it is known
 * @param begin the first offset that the partition holds
 * @param end the offset behind the last committed record or marker
 */
record LogPosition(TopicPartition partition, long wanted, long begin, long end) {
    private static final Logger LOG = LoggerFactory.getLogger(LogPosition.class);

    /**
     * Where to go on reading.
     *
     * @param nothingBetween asked where the partition begins later than behind a marker: whether it is certain all the
     *     same that no record is missing
     * @param wayOut what a person can do where records are missing
     * @throws MissingRecordsException if records may be missing, or the position is behind the end
     */
    long start(BooleanSupplier nothingBetween, String wayOut) {
        if (wanted > end) {
            throw new MissingRecordsException("partition " + partition + " must reach as far as the snapshot: snapshot"
                    + " covers up to=" + wanted + " log begins at=" + begin + " log ends at=" + end
                    + "; someone has created the topic again, or it belongs to another cluster. " + wayOut);
        }
        if (wanted >= begin || nothingBetween.getAsBoolean()) {
            return Math.max(wanted, begin);
        }
        if (mayHoldAllFrom(wanted, begin)) {
            LOG.warn(
                    "Partition {} begins one offset behind the snapshot, at {}. That offset is taken for the marker of a"
                            + " transaction, which retention has deleted",
                    partition,
                    begin);
            return begin;
        }
        throw new MissingRecordsException(
                "partition " + partition + " must hold everything since the snapshot: snapshot"
                        + " covers up to=" + wanted + " log begins at=" + begin + " log ends at=" + end
                        + "; the records between have expired (retention.ms). " + wayOut);
    }

    /** Whether a partition that begins there holds all records from the position on, or all but a marker. */
    static boolean mayHoldAllFrom(long wanted, long begin) {
        return begin <= wanted || (wanted > 0 && begin == wanted + 1);
    }
}
