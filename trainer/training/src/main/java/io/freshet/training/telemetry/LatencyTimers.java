package io.freshet.training.telemetry;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;

/**
 * Timers with histogram buckets. The bucket edges are the same in every process, so that quantiles can be computed over
 * all processes. There are few edges, because each is a time series, and they include the promised latencies.
 */
public final class LatencyTimers {
    /** Bucket edges for computing times. */
    private static final Duration[] COMPUTING = edges(
            100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
            5_000_000);

    /** Bucket edges for ages. */
    private static final Duration[] FRESHNESS = edges(
            5_000,
            10_000,
            25_000,
            50_000,
            75_000,
            100_000,
            150_000,
            250_000,
            500_000,
            750_000,
            1_000_000,
            2_500_000,
            5_000_000,
            15_000_000,
            60_000_000,
            300_000_000);

    private LatencyTimers() {}

    /** Returns a timer for computing times, from 100 µs to 5 s. */
    public static Timer.Builder computing(String name, String description) {
        return Timer.builder(name).description(description).serviceLevelObjectives(COMPUTING);
    }

    /** Returns a timer for the age of an event when it takes effect, from 5 ms to 5 min. */
    public static Timer.Builder freshness(String name, String description) {
        return Timer.builder(name).description(description).serviceLevelObjectives(FRESHNESS);
    }

    private static Duration[] edges(long... micros) {
        return Arrays.stream(micros)
                .mapToObj(edge -> Duration.ofNanos(edge * 1_000))
                .toArray(Duration[]::new);
    }
}
