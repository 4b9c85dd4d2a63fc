package io.freshet.service.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.client.deadletter.DeadLetterHeaders;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

final class OutputLimitsTest {
    private static final int REQUEST = 1 << 20;

    private long nowMs = 1_700_000_000_000L;
    private final InstantSource clock = () -> Instant.ofEpochMilli(nowMs);
    private final RecordTimes times = new RecordTimes(clock, new SimpleMeterRegistry());
    private final OutputLimits limits = new OutputLimits(REQUEST, times, clock);

    @Test
    void shouldRefuseARecordThatTheProducerWouldRefuse() {
        assertThat(limits.refusal(record("sequences", limits.atFirst() - 200))).isNull();
        assertThat(limits.refusal(record("sequences", REQUEST)))
                .extracting(RecordRefusedException::reason)
                .isEqualTo(DeadLetterHeaders.OUTPUT_TOO_LARGE);
    }

    @Test
    void shouldRefuseWhatATopicHasFoundTooLarge() {
        ProducerRecord<byte[], byte[]> large = record("sequences", 100_000);
        assertThat(limits.refusal(large)).isNull();

        assertThat(limits.learn(large, new RecordTooLargeException("by a broker")))
                .isInstanceOf(RefusedByBrokerException.class);

        assertThat(limits.refusal(large)).isNotNull();
        assertThat(limits.refusal(record("sequences", 40_000))).isNull();
        assertThat(limits.refusal(record("recommendations", 100_000))).isNull();
    }

    @Test
    void shouldRefuseRecordsWithoutAKeyWhereATopicTakesNone() {
        ProducerRecord<byte[], byte[]> keyless = new ProducerRecord<>("dead-letters", null, new byte[1]);

        assertThat(limits.learn(keyless, new InvalidRecordException("no key")))
                .isInstanceOf(RefusedByBrokerException.class);

        assertThat(limits.refusal(keyless)).isNotNull();
        assertThat(limits.refusal(record("dead-letters", 1))).isNull();
    }

    @Test
    void shouldHaveTheOthersOfARefusedBatchComeAgain() {
        assertThat(limits.learn(record("sequences", 1), new KafkaException("another one of the batch")))
                .isInstanceOf(RefusedByBrokerException.class);
        assertThat(limits.learn(record("sequences", 1), new InvalidTimestampException("out of range")))
                .isInstanceOf(RefusedByBrokerException.class);
    }

    @Test
    void shouldLeaveOtherErrorsAsTheyAre() {
        TimeoutException timeout = new TimeoutException("no answer");

        assertThat(limits.learn(record("sequences", 1), timeout)).isSameAs(timeout);
    }

    @Test
    void shouldNotHaveRecordsComeAgainForEverWhenATopicRefusesThemStill() {
        InvalidTimestampException error = new InvalidTimestampException("out of range");
        Exception last = error;
        for (int i = 0; i < 100; i++) {
            nowMs += 10_000;
            last = limits.learn(record("sequences", 1), error);
        }
        assertThat(last).isSameAs(error);
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, int bytes) {
        return new ProducerRecord<>(topic, new byte[1], new byte[bytes]);
    }
}
