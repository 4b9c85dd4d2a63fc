package io.freshet.service.runtime;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.junit.jupiter.api.Test;

final class UncaughtErrorsTest {
    private final UncaughtErrors errors = new UncaughtErrors();

    @Test
    void shouldReplaceTheThreadWhenTheCauseMayPass() {
        assertThat(errors.handle(new StreamsException("send", new TimeoutException("broker away"))))
                .isEqualTo(REPLACE_THREAD);
        assertThat(errors.fatal()).isEmpty();
    }

    /** Kafka Streams rethrows the error, and a replacement thread has no handler of its own. */
    @Test
    void shouldNotReachTheDefaultHandlerWhenAReplacedThreadDies() throws InterruptedException {
        UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        List<Throwable> reached = new CopyOnWriteArrayList<>();
        Thread.setDefaultUncaughtExceptionHandler((_, error) -> reached.add(error));
        try {
            StreamsException passing = new StreamsException("send", new TimeoutException("broker away"));
            Thread thread = Thread.ofPlatform().start(() -> {
                errors.handle(passing);
                throw passing;
            });
            thread.join();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertThat(reached).isEmpty();
    }

    @Test
    void shouldShutDownWhenTheGlobalThreadDies() throws InterruptedException {
        List<StreamThreadExceptionResponse> said = new CopyOnWriteArrayList<>();
        Thread thread = Thread.ofPlatform()
                .name("freshet-1-GlobalStreamThread")
                .start(() -> said.add(errors.handle(new TimeoutException("broker away"))));
        thread.join();
        assertThat(said).containsExactly(SHUTDOWN_CLIENT);
    }

    /** The error of a commit after a stall longer than the transaction timeout. */
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
