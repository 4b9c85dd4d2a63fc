package io.freshet.training.liveness;

import java.time.Duration;
import java.util.Optional;

/**
 * Notices that a trainer cannot keep up: its lag has grown in each of the last {@link #PERIODS} periods, to more than it learns
 * in one. A trainer that catches up after a start has a lag that falls. Not thread-safe.
 */
public final class LagWatch {
    static final Duration PERIOD = Duration.ofSeconds(10);
    static final int PERIODS = 3;
    /** Time between two reports. */
    static final Duration QUIET = Duration.ofMinutes(10);

    private final long startNanos;
    private long periodNanos;
    private long periodLag;
    private long periodClicks;
    private int grown;
    private long reportNanos;

    /**
     * A trainer that cannot keep up.
     *
     * @param clicksPerSecond clicks that it learned a second in the last period
     * @param lag clicks that wait
     */
    public record Report(long clicksPerSecond, long lag) {}

    /** @param nowNanos {@link System#nanoTime} */
    public LagWatch(long nowNanos) {
        startNanos = nowNanos;
        periodNanos = nowNanos;
        reportNanos = nowNanos - QUIET.toNanos();
    }

    /**
     * Takes the state of the trainer.
     *
     * @param nowNanos {@link System#nanoTime}
     * @param lag clicks that wait
     * @param clicks clicks learned since the start
     * @return a report if the trainer cannot keep up and there was none in the last ten minutes
     */
    public Optional<Report> observe(long nowNanos, long lag, long clicks) {
        long passed = nowNanos - periodNanos;
        if (passed < PERIOD.toNanos()) {
            return Optional.empty();
        }
        long learned = clicks - periodClicks;
        boolean first = periodNanos == startNanos;
        grown = !first && lag > periodLag && lag > learned ? grown + 1 : 0;
        periodNanos = nowNanos;
        periodLag = lag;
        periodClicks = clicks;
        if (grown < PERIODS || nowNanos - reportNanos < QUIET.toNanos()) {
            return Optional.empty();
        }
        reportNanos = nowNanos;
        return Optional.of(new Report(Math.round(learned * 1e9 / passed), lag));
    }
}
