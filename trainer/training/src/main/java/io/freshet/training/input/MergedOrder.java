package io.freshet.training.input;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A total order of all partitions' records that does not depend on when they arrived. Of each
 * partition's next record, the one with the smallest Kafka timestamp comes first; ties go to the lowest partition. A
 * timestamp in the future counts as the time at which the record arrived; otherwise its partition would
 * wait until then.
 *
 * <p>So the next record is known only if, for every partition, the next record has been fetched or is known not to
 * exist. A quiet partition therefore delays the others. With one partition, the order is that of the offsets. Does
 * not own the partitions. Not thread-safe.
 */
final class MergedOrder {
    private final List<InputPartition> partitions; // ascending

    MergedOrder(List<InputPartition> partitions) {
        this.partitions = partitions;
    }

    /** Chooses records for the next step, as far as the order is known, until {@code count} are chosen. */
    void choose(int count) {
        for (int chosen = chosenRecords(); chosen < count; chosen++) {
            InputPartition first = first();
            if (first == null) {
                return;
            }
            first.chooseNext();
        }
    }

    int chosenRecords() {
        return partitions.stream().mapToInt(InputPartition::chosenRecords).sum();
    }

    /** Returns whether it is known that no record follows the chosen ones. */
    boolean isExhausted() {
        return partitions.stream().allMatch(partition -> partition.isExhausted() && !partition.hasNext());
    }

    /** Returns the partitions whose next record must be fetched before the order can continue. */
    List<InputPartition> awaited() {
        return partitions.stream()
                .filter(partition -> !partition.hasNext() && !partition.isExhausted())
                .toList();
    }

    /** Returns the partition that has the next record in the merged order; null if that is unknown or there is none. */
    @Nullable
    InputPartition first() {
        InputPartition first = null;
        long firstTimestamp = Long.MAX_VALUE;
        for (InputPartition partition : partitions) {
            if (!partition.hasNext() && !partition.isExhausted()) {
                return null;
            }
            if (partition.hasNext() && (first == null || partition.nextTimeMs() < firstTimestamp)) {
                first = partition;
                firstTimestamp = partition.nextTimeMs();
            }
        }
        return first;
    }
}
