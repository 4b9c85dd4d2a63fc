package io.freshet.online;

import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;

/**
 * A position that a snapshot names, and what its partition holds now. All records of our topics are written in
 * transactions, so a position behind a transaction's last record is that of its commit marker, which no reader sees.
 * Once retention has deleted the marker as well, the partition begins one later, and no record is missing.
 *
 * @param wanted the position: everything before it is known
 * @param begin the first offset that the partition holds
 * @param end the offset behind the last committed record or marker
 */
record LogPosition(TopicPartition partition, long wanted, long begin, long end) {
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
                    + "; the topic has been made anew or is another cluster's. " + wayOut);
        }
        if (wanted >= begin || isBehindMarker() || nothingBetween.getAsBoolean()) {
            return Math.max(wanted, begin);
        }
        throw new MissingRecordsException(
                "partition " + partition + " must hold everything since the snapshot: snapshot"
                        + " covers up to=" + wanted + " log begins at=" + begin + " log ends at=" + end
                        + "; the records between have expired (retention.ms). " + wayOut);
    }

    private boolean isBehindMarker() {
        return wanted > 0 && begin == wanted + 1;
    }
}
