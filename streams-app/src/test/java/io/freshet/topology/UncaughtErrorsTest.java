package io.freshet.topology;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

final class UncaughtErrorsTest {
    private final UncaughtErrors errors = new UncaughtErrors();

    @Test
    void shouldReplaceTheThreadWhenTheCauseMayPass() {
        assertThat(errors.handle(new StreamsException("send", new TimeoutException("broker away"))))
                .isEqualTo(REPLACE_THREAD);
        assertThat(errors.fatal()).isEmpty();
    }

    /** What a commit says after a stall that was longer than the transaction's timeout. */
    @Test
    void shouldReplaceTheThreadWhenBrokersHaveEndedItsTransaction() {
        assertThat(errors.handle(new StreamsException("commit", new InvalidTxnStateException("invalid state"))))
                .isEqualTo(REPLACE_THREAD);
        assertThat(errors.handle(new StreamsException("commit", new ProducerFencedException("fenced"))))
                .isEqualTo(REPLACE_THREAD);
        assertThat(errors.fatal()).isEmpty();
    }

    @Test
    void shouldShutDownAndSayWhyWhenTheCauseStays() {
        IllegalStateException bug = new IllegalStateException("bug");

        assertThat(errors.handle(bug)).isEqualTo(SHUTDOWN_CLIENT);
        assertThat(errors.fatal()).contains(bug);
    }
}
