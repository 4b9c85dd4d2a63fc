package io.freshet.training.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.freshet.training.failure.MissingRecordsException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

final class RecordsByTimeTest {
    private static final long NOW_MS = 1_000;
    private static final TopicPartition FIRST = new TopicPartition("views", 0);
    private static final TopicPartition SECOND = new TopicPartition("views", 1);
    private static final TopicPartition OTHER = new TopicPartition("orders", 0);

    private final Log consumer = new Log();

    /** A consumer of partitions whose records are given before it is assigned to them. */
    private static final class Log extends MockConsumer<byte[], byte[]> {
        private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        private final Map<TopicPartition, Long> beginnings = new HashMap<>(Map.of(FIRST, 0L, SECOND, 0L, OTHER, 0L));

        Log() {
            super("none");
        }

        void append(TopicPartition partition, long offset, long timeMs) {
            records.add(new ConsumerRecord<>(
                    partition.topic(),
                    partition.partition(),
                    offset,
                    timeMs,
                    TimestampType.CREATE_TIME,
                    0,
                    0,
                    new byte[0],
                    new byte[0],
                    new RecordHeaders(),
                    Optional.empty()));
        }

        @Override
        public synchronized void assign(java.util.Collection<TopicPartition> partitions) {
            super.assign(partitions);
            updateBeginningOffsets(beginnings);
            records.stream()
                    .filter(record -> partitions.contains(new TopicPartition(record.topic(), record.partition())))
                    .forEach(this::addRecord);
        }
    }

    @Test
    void shouldReadByTimeAndThenInTheOrderOfTheRanges() {
        consumer.append(FIRST, 0, 10);
        consumer.append(FIRST, 1, 30);
        consumer.append(SECOND, 0, 20);
        consumer.append(SECOND, 1, 25);
        consumer.append(OTHER, 0, 20);

        assertThat(read(range(OTHER, 0, 1), range(FIRST, 0, 2), range(SECOND, 0, 2)))
                .containsExactly("views-0:0", "orders-0:0", "views-1:0", "views-1:1", "views-0:1");
    }

    @Test
    void shouldReadTheSameTwice() {
        consumer.append(FIRST, 0, 10);
        consumer.append(SECOND, 0, 5);
        RecordsByTime records = records(range(FIRST, 0, 1), range(SECOND, 0, 1));

        assertThat(read(records)).containsExactly("views-1:0", "views-0:0").isEqualTo(read(records));
    }

    @Test
    void shouldReadNothingBeforeOrAfterARange() {
        for (int offset = 0; offset < 6; offset++) {
            consumer.append(FIRST, offset, 10 + offset);
        }
        consumer.append(SECOND, 0, 10);

        assertThat(read(range(FIRST, 2, 4), range(SECOND, 1, 1))).containsExactly("views-0:2", "views-0:3");
    }

    @Test
    void shouldNotLetRecordsOfTheFutureHoldUpTheOthers() {
        consumer.append(FIRST, 0, NOW_MS + 500);
        consumer.append(FIRST, 1, 10);
        consumer.append(SECOND, 0, NOW_MS - 1);
        consumer.append(SECOND, 1, NOW_MS + 400);

        assertThat(read(range(FIRST, 0, 2), range(SECOND, 0, 2)))
                .containsExactly("views-1:0", "views-0:0", "views-0:1", "views-1:1");
    }

    @Test
    void shouldStopWhenAsked() {
        consumer.append(FIRST, 0, 10);
        consumer.append(FIRST, 1, 20);
        List<String> read = new ArrayList<>();

        records(range(FIRST, 0, 2)).readUntil(() -> !read.isEmpty(), record -> read.add(place(record)));

        assertThat(read).containsExactly("views-0:0");
    }

    @Test
    void shouldStopWhenAskedWhileNoRecordComes() {
        AtomicInteger asked = new AtomicInteger();

        records(range(FIRST, 0, 2)).readUntil(() -> asked.incrementAndGet() > 2, record -> {
            throw new AssertionError(record);
        });

        assertThat(asked).hasValue(3);
    }

    @Test
    void shouldSayThatRecordsAreMissingWhenRetentionHasDeletedThem() {
        consumer.append(FIRST, 5, 10);
        consumer.beginnings.put(FIRST, 5L);

        assertThatExceptionOfType(MissingRecordsException.class)
                .isThrownBy(() -> read(range(FIRST, 2, 6)))
                .withMessageContaining("views-0");
    }

    private static RecordsByTime.Range range(TopicPartition partition, long from, long to) {
        return new RecordsByTime.Range(partition, from, to);
    }

    private RecordsByTime records(RecordsByTime.Range... ranges) {
        return new RecordsByTime(consumer, List.of(ranges), NOW_MS);
    }

    private List<String> read(RecordsByTime.Range... ranges) {
        return read(records(ranges));
    }

    private static List<String> read(RecordsByTime records) {
        List<String> read = new ArrayList<>();
        records.readUntil(() -> false, record -> read.add(place(record)));
        return read;
    }

    private static String place(ConsumerRecord<byte[], byte[]> record) {
        return record.topic() + "-" + record.partition() + ":" + record.offset();
    }
}
