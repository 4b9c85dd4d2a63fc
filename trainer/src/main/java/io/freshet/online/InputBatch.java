package io.freshet.online;

import io.freshet.delta.InputRange;
import java.util.List;

/** Records of {@code sequences} that one step learns from, in order. */
final class InputBatch {
    private final List<UserUpdate> updates;
    private final List<InputRange> ranges;
    private final long[] clickTimestampsMs; // (updates)
    private final int undecodable;

    InputBatch(List<UserUpdate> updates, List<InputRange> ranges, int undecodable) {
        this.undecodable = undecodable;
        this.updates = List.copyOf(updates);
        this.ranges = List.copyOf(ranges);
        this.clickTimestampsMs = updates.stream()
                .mapToLong(update -> update.update().cause().recordTimestampMs())
                .toArray();
    }

    /** In order of the ranges, and by offset within each. */
    List<UserUpdate> updates() {
        return updates;
    }

    /** At most one for each partition, without gaps to those of the batches before. */
    List<InputRange> ranges() {
        return ranges;
    }

    /** When Kafka took in the click behind each update. */
    long[] clickTimestampsMs() {
        return clickTimestampsMs;
    }

    /** Records in the ranges that could not be decoded and are no updates. */
    int undecodable() {
        return undecodable;
    }

    /** Whether there was not even a record to pass over. */
    boolean isEmpty() {
        return ranges.isEmpty();
    }
}
