package io.freshet.training.input;

import io.freshet.store.modellog.InputRange;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Fetched records of one partition that have not been learned from, and the position that learning has reached. */
final class InputPartition {
    private final TopicPartition partition;
    private final ArrayDeque<Fetched> fetched = new ArrayDeque<>();
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> chosen =
            new ArrayDeque<>(); // they all precede the fetched ones
    private long position;
    private boolean exhausted;
    private boolean untouched = true;

    /**
     * A record and its time in the order of all partitions, which is the record's timestamp, but no later than its
     * arrival.
     *
     * @param timeMs in epoch milliseconds
     */
    private record Fetched(ConsumerRecord<byte[], byte[]> record, long timeMs) {}

    /** @param position offset of the next record to learn from */
    InputPartition(TopicPartition partition, long position) {
        this.partition = partition;
        this.position = position;
    }

    TopicPartition partition() {
        return partition;
    }

    /** Returns the position: everything before this offset has been learned from. */
    long position() {
        return position;
    }

    /**
     * Returns whether a journal entry that begins at offset {@code from} comes next. A snapshot's position may be
     * past markers and aborted records, so the first entry after it may begin before the position. An entry may also
     * begin after the position if no record lies in between; the first record that does not precede the entry must
     * then have been fetched.
     */
    boolean continuesWith(long from) {
        if (from > position) {
            return !fetched.isEmpty() && fetched.element().record().offset() >= from;
        }
        return from == position || untouched;
    }

    /**
     * Returns the position, or the offset after the markers and aborted records that have been read over since.
     *
     * @param read offset that reading has reached; everything before it has been fetched
     */
    long positionUpTo(long read) {
        return fetched.isEmpty() && chosen.isEmpty() ? Math.max(position, read) : position;
    }

    int fetchedRecords() {
        return fetched.size();
    }

    /** Returns the number of fetched records that are chosen for the next step. */
    int chosenRecords() {
        return chosen.size();
    }

    /** Returns whether there is a fetched record that has not been chosen. */
    boolean hasNext() {
        return !fetched.isEmpty();
    }

    /**
     * Returns the time of the first fetched record that has not been chosen, which must exist. It is no later than the
     * record's arrival.
     */
    long nextTimeMs() {
        return fetched.element().timeMs();
    }

    /** Chooses the next record, which must exist, for the next step. */
    void chooseNext() {
        chosen.add(fetched.remove().record());
    }

    /** Returns whether it is known that no record follows the fetched ones. */
    boolean isExhausted() {
        return exhausted;
    }

    void setExhausted(boolean nothingMoreComes) {
        exhausted = nothingMoreComes;
    }

    /** Returns whether everything before offset {@code to} has been fetched or learned from. */
    boolean hasFetchedUpTo(long to) {
        Fetched last = fetched.peekLast();
        return position >= to || (last != null && last.record().offset() >= to - 1);
    }

    /**
     * @param arrivedMs arrival time by the wall clock, an upper bound for the record's time: a record with a
     *     timestamp in the future would otherwise have to wait until then
     */
    void add(ConsumerRecord<byte[], byte[]> record, long arrivedMs) {
        fetched.add(new Fetched(record, Math.min(record.timestamp(), arrivedMs)));
    }

    /** Takes up to {@code count} fetched records. There must be at least one. */
    InputRange take(int count, Consumer<ConsumerRecord<byte[], byte[]>> to) {
        long end = position;
        for (int i = 0; i < count && !fetched.isEmpty(); i++) {
            ConsumerRecord<byte[], byte[]> record = fetched.remove().record();
            to.accept(record);
            end = record.offset() + 1;
        }
        return advanceTo(end);
    }

    /** Takes the chosen records. There must be at least one. */
    InputRange takeChosen(Consumer<ConsumerRecord<byte[], byte[]>> to) {
        long end = chosen.getLast().offset() + 1;
        chosen.forEach(to);
        chosen.clear();
        return advanceTo(end);
    }

    /** Takes all fetched records before offset {@code end}. */
    InputRange takeUpTo(long end, Consumer<ConsumerRecord<byte[], byte[]>> to) {
        while (!fetched.isEmpty() && fetched.element().record().offset() < end) {
            to.accept(fetched.remove().record());
        }
        return advanceTo(end);
    }

    private InputRange advanceTo(long end) {
        untouched = false;
        InputRange range = new InputRange(partition.topic(), partition.partition(), position, end);
        position = end;
        return range;
    }
}
