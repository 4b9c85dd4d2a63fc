package io.freshet.online;

import io.freshet.delta.InputRange;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Records of one partition that were fetched and not yet learned from, and how far learning has come. */
final class InputPartition {
    private final TopicPartition partition;
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> chosen = new ArrayDeque<>(); // all before the fetched
    private long position;
    private boolean exhausted;

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

    int fetchedRecords() {
        return fetched.size();
    }

    /** Fetched records that are chosen for the next step. */
    int chosenRecords() {
        return chosen.size();
    }

    /** The first fetched record that is not chosen, or null where none is there. */
    @Nullable
    ConsumerRecord<byte[], byte[]> next() {
        return fetched.peek();
    }

    /** Chooses {@link #next}, which must be there, for the next step. */
    void chooseNext() {
        chosen.add(fetched.remove());
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
        ConsumerRecord<byte[], byte[]> last = fetched.peekLast();
        return position >= to || (last != null && last.offset() >= to - 1);
    }

    void add(ConsumerRecord<byte[], byte[]> record) {
        fetched.add(record);
    }

    /** Takes up to {@code count} records, of which there must be one. */
    InputRange take(int count, Consumer<ConsumerRecord<byte[], byte[]>> to) {
        long end = position;
        for (int i = 0; i < count && !fetched.isEmpty(); i++) {
            ConsumerRecord<byte[], byte[]> record = fetched.remove();
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
        while (!fetched.isEmpty() && fetched.element().offset() < end) {
            to.accept(fetched.remove());
        }
        return advanceTo(end);
    }

    private InputRange advanceTo(long end) {
        InputRange range = new InputRange(partition.topic(), partition.partition(), position, end);
        position = end;
        return range;
    }
}
