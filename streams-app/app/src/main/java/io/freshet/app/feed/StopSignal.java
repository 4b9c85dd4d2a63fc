package io.freshet.app.feed;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A request to stop, by Ctrl-C or SIGTERM. The JVM's shutdown hook raises it. Then the hook waits, for a limited time,
 * until the receiver, which {@linkplain #await awaits} the signal, has {@linkplain #close closed} it. Thread-safe.
 */
public final class StopSignal implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(15);

    private final CountDownLatch raised = new CountDownLatch(1);
    private final CountDownLatch putAway = new CountDownLatch(1);

    /** Returns a signal that the JVM's shutdown raises. */
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

    /**
     * Waits for the signal and returns whether it has been raised. An interrupt counts as the signal; the interrupt
     * status is preserved.
     */
    public boolean await(Duration most) {
        try {
            return raised.await(most.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Lets the JVM exit. To be called when all resources have been released. */
    @Override
    public void close() {
        putAway.countDown();
    }
}
