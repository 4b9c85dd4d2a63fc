package io.freshet.demo;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The person's wish to end, by Ctrl-C or SIGTERM: the JVM's shutdown raises it, then waits until the one who
 * {@linkplain #await awaits} it has put everything away. Thread-safe.
 */
public final class StopSignal implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(15);

    private final CountDownLatch raised = new CountDownLatch(1);
    private final CountDownLatch putAway = new CountDownLatch(1);

    /** A signal that the JVM's shutdown raises. */
    public static StopSignal onShutdown() {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(new Thread(signal::raiseAndWait, "shutdown"));
        return signal;
    }

    private void raiseAndWait() {
        raised.countDown();
        try {
            var _ = putAway.await(GRACE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    public boolean isRaised() {
        return raised.getCount() == 0;
    }

    /** Waits for the signal; true when it has come. An interrupt counts as the signal and is kept. */
    public boolean await(Duration most) {
        try {
            return raised.await(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Everything has been put away: the JVM may end. */
    @Override
    public void close() {
        putAway.countDown();
    }
}
