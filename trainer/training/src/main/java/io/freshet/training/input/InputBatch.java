package io.freshet.training.input;

import io.freshet.store.modellog.InputRange;
import io.freshet.store.modellog.StepRecord;
import io.freshet.training.step.UserUpdate;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/** Records of {@code sequences} that one step learns from, in order. */
public final class InputBatch {
    private final List<UserUpdate> updates;
    private final List<InputRange> ranges;
    private final long[] clickTimestampsMs; // (updates)
    private final int undecodable;

    /** @param imported positions of the updates of imported clicks */
    InputBatch(List<UserUpdate> updates, List<InputRange> ranges, BitSet imported, int undecodable) {
        this.undecodable = undecodable;
        this.updates = List.copyOf(updates);
        this.ranges = List.copyOf(ranges);
        this.clickTimestampsMs = IntStream.range(0, updates.size())
                .mapToLong(i -> imported.get(i)
                        ? StepRecord.IMPORTED
                        : updates.get(i).update().cause().recordTimestampMs())
                .toArray();
    }

    /** Returns the updates in the order of the ranges, and by offset within each. */
    public List<UserUpdate> updates() {
        return updates;
    }

    /** Returns at most one range for each partition, which continues the partition's previous range without a gap. */
    public List<InputRange> ranges() {
        return ranges;
    }

    /** Returns the Kafka timestamp of the click behind each update; {@link StepRecord#IMPORTED} for an imported click. */
    public long[] clickTimestampsMs() {
        return clickTimestampsMs;
    }

    /** Returns the number of records in the ranges that could not be decoded and have no update. */
    public int undecodable() {
        return undecodable;
    }

    /** Returns whether the batch has no records at all, not even skipped ones. */
    public boolean isEmpty() {
        return ranges.isEmpty();
    }
}
