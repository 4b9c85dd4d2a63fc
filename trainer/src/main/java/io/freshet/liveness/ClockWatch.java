package io.freshet.liveness;

import java.time.Clock;
import java.time.Duration;

/**
 * Notices that the wall clock was set back. Kafka's clients and Kafka Streams time heartbeats, commits and reconnections by it: they
 * wait until it reaches the latest time that they have seen. Not thread-safe.
 */
public final class ClockWatch {
    private final Clock clock;
    private long latestMs;

    public ClockWatch(Clock clock) {
        this.clock = clock;
        this.latestMs = clock.millis();
    }

    /** How far the clock is now behind the latest time that a call has seen; zero if it is not. */
    public Duration behind() {
        long nowMs = clock.millis();
        latestMs = Math.max(latestMs, nowMs);
        return Duration.ofMillis(latestMs - nowMs);
    }
}
