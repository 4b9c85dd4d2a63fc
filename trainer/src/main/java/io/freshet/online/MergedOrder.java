package io.freshet.online;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All partitions' records in one order that does not depend on when they came: next is, among each partition's next
 * record, the one with the smallest Kafka timestamp, and among equals that of the lowest partition. A timestamp of the
 * future counts as the time at which the record came; otherwise its partition would wait until then.
 *
 * <p>So the order is known as far as every partition either shows its next record or is known to have none; a quiet
 * partition holds it up. With one partition it is the order of offsets. Borrows the partitions. Not thread-safe.
 */
final class MergedOrder {
    private final List<InputPartition> partitions; // ascending

    MergedOrder(List<InputPartition> partitions) {
        this.partitions = partitions;
    }

    /** Chooses the next records for the next step, as far as the order is known, until {@code count} are chosen. */
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

    /** Whether it is known that nothing comes after the chosen records. */
    boolean isExhausted() {
        return partitions.stream().allMatch(partition -> partition.isExhausted() && !partition.hasNext());
    }

    /** The partitions whose next record must be seen before the order goes on. */
    List<InputPartition> awaited() {
        return partitions.stream()
                .filter(partition -> !partition.hasNext() && !partition.isExhausted())
                .toList();
    }

    /** The partition whose next record is the next of all; null where that is not known, or there is none. */
    private @Nullable InputPartition first() {
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
