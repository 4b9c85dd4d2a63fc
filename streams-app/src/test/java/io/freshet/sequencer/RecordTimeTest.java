package io.freshet.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

final class RecordTimeTest {
    private static final long NOW = 1_700_000_000_000L;

    private final RecordTime time = new RecordTime(InstantSource.fixed(Instant.ofEpochMilli(NOW)));

    @Test
    void shouldKeepATimeOfThePast() {
        assertThat(extracted(1_396_310_400_000L, NOW)).isEqualTo(1_396_310_400_000L);
    }

    @Test
    void shouldCountATimeOfTheFutureAsTheWallClocks() {
        assertThat(extracted(Long.MAX_VALUE, 5)).isEqualTo(NOW);
        assertThat(extracted(NOW + 1, 5)).isEqualTo(NOW);
    }

    @Test
    void shouldCountARecordWithoutATimeAtThatOfItsPartition() {
        assertThat(extracted(-1, 5)).isEqualTo(5);
        assertThat(extracted(-1, Long.MAX_VALUE)).isEqualTo(NOW);
    }

    @Test
    void shouldCountARecordWithoutATimeAtTheWallClocksWhereItsPartitionHasNone() {
        assertThat(extracted(-1, -1)).isEqualTo(NOW);
    }

    private long extracted(long timestampMs, long partitionTimeMs) {
        return time.extract(
                new ConsumerRecord<>(
                        "clicks",
                        0,
                        0,
                        timestampMs,
                        TimestampType.CREATE_TIME,
                        0,
                        0,
                        "",
                        "",
                        new RecordHeaders(),
                        Optional.empty()),
                partitionTimeMs);
    }
}
