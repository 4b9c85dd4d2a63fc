package io.freshet.training.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class MeterThreadTest {
    /** A plain executor would keep the error in the task's future, where it is never read. */
    @Test
    void shouldEndItsThreadWhenTheErrorIsDeadly() throws Exception {
        CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
        ScheduledExecutorService thread = MeterThread.named("meters-of-test");
        try {
            var _ = thread.submit(
                    () -> Thread.currentThread().setUncaughtExceptionHandler((_, error) -> uncaught.complete(error)));
            var _ = thread.scheduleAtFixedRate(MeterThreadTest::fail, 0, 1, TimeUnit.SECONDS);

            assertThat(uncaught.get(10, TimeUnit.SECONDS))
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessage("planted");
        } finally {
            thread.shutdownNow();
        }
    }

    private static void fail() {
        throw new OutOfMemoryError("planted");
    }
}
