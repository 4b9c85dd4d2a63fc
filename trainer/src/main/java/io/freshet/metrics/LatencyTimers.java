package io.freshet.metrics;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;

/**
 * Timers that are histograms. Their edges are the same in every process, so that quantiles can be taken over all of them;
 * few, because each is a time series; and the promised latencies are among them.
 */
public final class LatencyTimers {
    /** What a processor takes. */
    private static final Duration[] COMPUTING = edges(
            100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
            5_000_000);

    /** How long ago something was. */
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

    /** Of what a processor does, from 100 µs to 5 s. */
    public static Timer.Builder computing(String name, String description) {
        return Timer.builder(name).description(description).serviceLevelObjectives(COMPUTING);
    }

    /** Of how long ago something was when it had its effect, from 5 ms to 5 min. */
    public static Timer.Builder freshness(String name, String description) {
        return Timer.builder(name).description(description).serviceLevelObjectives(FRESHNESS);
    }

    private static Duration[] edges(long... micros) {
        return Arrays.stream(micros)
                .mapToObj(edge -> Duration.ofNanos(edge * 1_000))
                .toArray(Duration[]::new);
    }
}
