package io.freshet.training.liveness;

import java.time.Clock;
import java.time.Duration;

/**
 * Detects that the wall clock was set back. Kafka's clients and Kafka Streams schedule heartbeats, commits and
 * reconnections by the wall clock: after a step back, they wait until it reaches the latest time that they have seen.
 * Not thread-safe.
 */
public final class ClockWatch {
    private final Clock clock;
    private long latestMs;

    /** @param clock the clock to watch */
    public ClockWatch(Clock clock) {
        this.clock = clock;
        this.latestMs = clock.millis();
    }

    /** Returns how far the clock is behind the latest time seen by any call; zero if it is not behind. */
    public Duration behind() {
        long nowMs = clock.millis();
        latestMs = Math.max(latestMs, nowMs);
        return Duration.ofMillis(latestMs - nowMs);
    }
}
