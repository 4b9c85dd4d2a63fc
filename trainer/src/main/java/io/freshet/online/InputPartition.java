package io.freshet.online;

import io.freshet.delta.InputRange;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Records of one partition that were fetched and not yet learned from, and how far learning has come. */
final class InputPartition {
    private final TopicPartition partition;
    private final ArrayDeque<Fetched> fetched = new ArrayDeque<>();
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> chosen = new ArrayDeque<>(); // all before the fetched
    private long position;
    private boolean exhausted;
    private boolean untouched = true;

    /**
     * A record and its time in the order of all partitions: the record's own, but no later than when it came.
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

    /** Everything before this offset is learned from. */
    long position() {
        return position;
    }

    /**
     * Whether a journal entry that begins at this offset is what comes next. A snapshot's position may be behind markers
     * and aborted records. So the first entry after it may begin before the position, and an entry may begin behind it
     * where no record is between; the first record that is not before the entry must have been fetched then.
     */
    boolean continuesWith(long from) {
        if (from > position) {
            return !fetched.isEmpty() && fetched.element().record().offset() >= from;
        }
        return from == position || untouched;
    }

    /**
     * The position, or the one behind the markers and aborted records that have been read over since.
     *
     * @param read offset that reading has come to; everything before it has been fetched
     */
    long positionUpTo(long read) {
        return fetched.isEmpty() && chosen.isEmpty() ? Math.max(position, read) : position;
    }

    int fetchedRecords() {
        return fetched.size();
    }

    /** Fetched records that are chosen for the next step. */
    int chosenRecords() {
        return chosen.size();
    }

    /** Whether a fetched record is there that is not chosen. */
    boolean hasNext() {
        return !fetched.isEmpty();
    }

    /** Time of the first fetched record that is not chosen, which must be there: no later than when it came. */
    long nextTimeMs() {
        return fetched.element().timeMs();
    }

    /** Chooses the next record, which must be there, for the next step. */
    void chooseNext() {
        chosen.add(fetched.remove().record());
    }

    /** Whether it is known that no record comes after those that are fetched. */
    boolean isExhausted() {
        return exhausted;
    }

    void setExhausted(boolean nothingMoreComes) {
        exhausted = nothingMoreComes;
    }

    /** Whether the record before {@code to} is there. */
    boolean hasFetchedUpTo(long to) {
        Fetched last = fetched.peekLast();
        return position >= to || (last != null && last.record().offset() >= to - 1);
    }

    /** @param arrivedMs by the wall clock; a record that claims a later time would wait until then */
    void add(ConsumerRecord<byte[], byte[]> record, long arrivedMs) {
        fetched.add(new Fetched(record, Math.min(record.timestamp(), arrivedMs)));
    }

    /** Takes up to {@code count} records, of which there must be one. */
    InputRange take(int count, Consumer<ConsumerRecord<byte[], byte[]>> to) {
        long end = position;
        for (int i = 0; i < count && !fetched.isEmpty(); i++) {
            ConsumerRecord<byte[], byte[]> record = fetched.remove().record();
            to.accept(record);
            end = record.offset() + 1;
        }
        return advanceTo(end);
    }

    /** Takes the records that are chosen, of which there must be one. */
    InputRange takeChosen(Consumer<ConsumerRecord<byte[], byte[]>> to) {
        long end = chosen.getLast().offset() + 1;
        chosen.forEach(to);
        chosen.clear();
        return advanceTo(end);
    }

    /** Takes all records before offset {@code end}. */
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
