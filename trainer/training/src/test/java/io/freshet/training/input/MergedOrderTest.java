package io.freshet.training.input;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.store.modellog.InputRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

final class MergedOrderTest {
    private static final long ARRIVED_MS = 1_000;

    private final List<InputPartition> partitions = List.of(partition(0), partition(1), partition(2));
    private final MergedOrder order = new MergedOrder(partitions);

    @Test
    void shouldChooseByTimeThenByPartitionWhenAllPartitionsShowTheirNext() {
        add(0, 0, 10);
        add(0, 1, 20);
        add(1, 0, 10);
        add(1, 1, 15);
        add(2, 0, 30);

        order.choose(3);

        assertThat(chosen()).containsExactly("0:0", "1:0", "1:1");
    }

    @Test
    void shouldWaitForAQuietPartitionUntilItIsExhausted() {
        add(0, 0, 10);
        add(1, 0, 20);

        order.choose(2);
        assertThat(order.chosenRecords()).isZero();
        assertThat(order.awaited()).containsExactly(partitions.get(2));

        partitions.get(2).setExhausted(true);
        order.choose(2);
        assertThat(order.chosenRecords()).isEqualTo(1);
        assertThat(order.awaited()).containsExactly(partitions.get(0));
        assertThat(order.isExhausted()).isFalse();
    }

    @Test
    void shouldChooseAlikeWheneverRecordsCome() {
        add(0, 0, 10);
        order.choose(4);
        add(1, 0, 5);
        order.choose(4);
        add(0, 1, 40);
        add(2, 7, 20); // transaction markers and aborted records precede it
        order.choose(4);
        add(1, 1, 6);
        add(1, 2, 50);
        order.choose(4);

        assertThat(chosen()).containsExactly("0:0", "1:0", "1:1", "2:7");
    }

    @Test
    void shouldKeepTheOrderOfOffsetsWhenTimesGoBack() {
        partitions.get(1).setExhausted(true);
        partitions.get(2).setExhausted(true);
        add(0, 0, 30);
        add(0, 1, 10);

        order.choose(1);

        assertThat(chosen()).containsExactly("0:0");
    }

    @Test
    void shouldNotLetAPartitionWaitUntilATimeThatItsRecordClaims() {
        partitions.get(2).setExhausted(true);
        add(0, 0, Long.MAX_VALUE);
        add(0, 1, 20);
        add(1, 0, 900);
        add(1, 1, ARRIVED_MS + 1);

        order.choose(4);

        assertThat(chosen()).containsExactly("0:0", "0:1", "1:0");
    }

    /** Takes the chosen records, as "partition:offset", and checks that the ranges end after them. */
    private List<String> chosen() {
        List<String> chosen = new ArrayList<>();
        for (InputPartition partition : partitions) {
            if (partition.chosenRecords() > 0) {
                InputRange range =
                        partition.takeChosen(record -> chosen.add(record.partition() + ":" + record.offset()));
                assertThat(chosen.getLast()).isEqualTo(range.partition() + ":" + (range.to() - 1));
                assertThat(partition.position()).isEqualTo(range.to());
            }
        }
        return chosen;
    }

    private static InputPartition partition(int number) {
        return new InputPartition(new TopicPartition("sequences", number), 0);
    }

    private void add(int partition, long offset, long timestampMs) {
        partitions
                .get(partition)
                .add(
                        new ConsumerRecord<>(
                                "sequences",
                                partition,
                                offset,
                                timestampMs,
                                TimestampType.CREATE_TIME,
                                0,
                                0,
                                new byte[0],
                                new byte[0],
                                new RecordHeaders(),
                                Optional.empty()),
                        ARRIVED_MS);
    }
}
