package io.freshet.liveness;

import java.time.Duration;
import java.util.Collection;
import java.util.function.LongSupplier;

/** The heartbeat of one loop. The loop's thread beats and closes; any thread may ask for the age. */
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

    /** Begins the watch: the loop's thread runs. */
    public void begin() {
        beat();
        watched.add(this);
    }

    /** Says that the loop has begun another turn. */
    public void beat() {
        lastNanos = nanoTime.getAsLong();
    }

    String loop() {
        return loop;
    }

    /** Time since the last beat. */
    Duration age() {
        return Duration.ofNanos(nanoTime.getAsLong() - lastNanos);
    }

    /** Ends the watch: the loop has ended as it should. */
    @Override
    public void close() {
        watched.remove(this);
    }
}
