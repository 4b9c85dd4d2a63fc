package io.freshet.training.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

final class FailureKindTest {
    @Test
    void shouldBeginAnewWhenAFailureMayPass() {
        for (Throwable failure : new Throwable[] {
            new TimeoutException("commit"),
            new KafkaException("cannot execute", new DisconnectException()),
            new IOException("store"),
            new IllegalStateException("bug"),
            new AssertionError("bug")
        }) {
            assertThat(FailureKind.of(failure)).as(failure.toString()).isEqualTo(FailureKind.PASSING);
        }
    }

    @Test
    void shouldEndWhenAPersonMustDoSomething() {
        assertThat(FailureKind.of(new KafkaException("x", new TopicAuthorizationException("sequences"))))
                .isEqualTo(FailureKind.FATAL);
        assertThat(FailureKind.of(new SaslAuthenticationException("no"))).isEqualTo(FailureKind.FATAL);
        assertThat(FailureKind.of(new KafkaException("Failed to construct", new ConfigException("ssl"))))
                .isEqualTo(FailureKind.FATAL);
        assertThat(FailureKind.of(new OtherNetworkException("dim"))).isEqualTo(FailureKind.FATAL);
        assertThat(FailureKind.of(new MissingRecordsException("gone"))).isEqualTo(FailureKind.REFUSED);
    }

    @Test
    void shouldTellAnExpiredTransactionFromFencing() {
        assertThat(FailureKind.of(new TransactionExpiredException(
                        Duration.ofSeconds(11), new KafkaException("x", new InvalidProducerEpochException("old")))))
                .isEqualTo(FailureKind.PASSING);
    }

    @Test
    void shouldTellFencingFromOtherFailures() {
        assertThat(FailureKind.of(new KafkaException("x", new InvalidProducerEpochException("old"))))
                .isEqualTo(FailureKind.FENCED);
    }
}
