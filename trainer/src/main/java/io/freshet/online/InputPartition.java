package io.freshet.online;

import io.freshet.delta.InputRange;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Records of one partition that were fetched and not yet learned from, and how far learning has come. */
final class InputPartition {
    private final TopicPartition partition;
    private final ArrayDeque<ConsumerRecord<byte[], byte[]>> fetched = new ArrayDeque<>();
    private long position;

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
