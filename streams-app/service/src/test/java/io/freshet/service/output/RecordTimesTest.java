package io.freshet.service.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.service.telemetry.TraceHeaders;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RecordTimesTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final long MINUTE = 60_000;
    private static final long DAY = 86_400_000;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RecordTimes times = new RecordTimes(InstantSource.fixed(Instant.ofEpochMilli(NOW)), registry);

    @ParameterizedTest
    @ValueSource(longs = {NOW, NOW - 1, NOW - DAY})
    void shouldKeepATimeThatOutputsTake(long ownMs) {
        ConsumerRecord<Object, Object> record = record(ownMs);

        assertThat(times.extract(record, 5)).isEqualTo(ownMs);
        assertThat(record.headers()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {NOW + 1, NOW + MINUTE})
    void shouldCountATimeThatIsALittleAheadAsTheWallClocks(long ownMs) {
        ConsumerRecord<Object, Object> record = record(ownMs);

        assertThat(times.extract(record, 5)).isEqualTo(NOW);
        assertThat(record.headers()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 0, NOW - DAY - 1, NOW + MINUTE + 1, 253_402_300_799_999L, Long.MAX_VALUE, Long.MIN_VALUE})
    void shouldReplaceATimeThatAnOutputCouldRefuseAndKeepItInAHeader(long ownMs) {
        ConsumerRecord<Object, Object> record = record(ownMs);

        assertThat(times.extract(record, 5)).isEqualTo(NOW);
        assertThat(TraceHeaders.textOf(record.headers(), RecordTimes.HEADER)).isEqualTo(Long.toString(ownMs));
        assertThat(registry.counter("freshet.record.times.replaced").count()).isEqualTo(1);
    }

    @Test
    void shouldReplaceEveryTimeOnceAnOutputHasRefusedOne() {
        times.useTheWallClock();

        assertThat(times.extract(record(NOW - 1), 5)).isEqualTo(NOW);
    }

    @Test
    void shouldSayWhenARecordWasWrittenWhereThatIsATimeOfThePast() {
        for (long ownMs : new long[] {0, NOW - DAY - 1}) {
            ConsumerRecord<Object, Object> record = record(ownMs);
            assertThat(RecordTimes.writtenMs(record.headers(), times.extract(record, 5)))
                    .isEqualTo(ownMs);
        }
        for (long ownMs : new long[] {-1, NOW + DAY}) {
            ConsumerRecord<Object, Object> record = record(ownMs);
            assertThat(RecordTimes.writtenMs(record.headers(), times.extract(record, 5)))
                    .isEqualTo(NOW);
        }
    }

    private static ConsumerRecord<Object, Object> record(long timestampMs) {
        return new ConsumerRecord<>(
                "clicks",
                0,
                0L,
                timestampMs,
                TimestampType.CREATE_TIME,
                0,
                0,
                null,
                null,
                new RecordHeaders(),
                Optional.empty());
    }
}
