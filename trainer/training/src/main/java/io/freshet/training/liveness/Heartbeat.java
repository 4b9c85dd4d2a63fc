package io.freshet.training.liveness;

import java.time.Duration;
import java.util.Collection;
import java.util.function.LongSupplier;

/** The heartbeat of one loop. The loop's thread calls {@link #beat} and {@link #close}; any thread may read the age. */
public final class Heartbeat implements AutoCloseable {
    private final String loop;
    private final LongSupplier nanoTime;
    private final Collection<Heartbeat> watched;
    private volatile long lastNanos;

    Heartbeat(String loop, LongSupplier nanoTime, Collection<Heartbeat> watched) {
        this.loop = loop;
        this.nanoTime = nanoTime;
        this.watched = watched;
    }

    /** Starts watching the loop. Called by the loop's thread once it runs. */
    public void begin() {
        beat();
        watched.add(this);
    }

    /** Records that the loop has begun another iteration. */
    public void beat() {
        lastNanos = nanoTime.getAsLong();
    }

    String loop() {
        return loop;
    }

    /** Returns the time since the last beat. */
    Duration age() {
        return Duration.ofNanos(nanoTime.getAsLong() - lastNanos);
    }

    /** Stops watching the loop, because it has ended normally. */
    @Override
    public void close() {
        watched.remove(this);
    }
}
