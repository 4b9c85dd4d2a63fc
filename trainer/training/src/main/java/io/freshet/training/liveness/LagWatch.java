package io.freshet.training.liveness;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Detects that a trainer cannot keep up: in each of the last {@link #PERIODS} periods it was busy learning, and its
 * lag nevertheless grew and exceeded the number of clicks learned in that period. The lag of a trainer that catches
 * up falls, and a trainer that waits for clicks is not busy. Not thread-safe.
 */
public final class LagWatch {
    static final Duration PERIOD = Duration.ofSeconds(10);
    static final int PERIODS = 3;
    /** Time between two reports. */
    static final Duration QUIET = Duration.ofMinutes(10);
    /** Minimum share of a period that a busy trainer spends in steps. */
    private static final double BUSY = .8;

    private long periodNanos;
    private long periodLag = Long.MAX_VALUE; // the lag cannot have grown in the first period
    private long busyNanos;
    private long clicks;
    private int grown;
    private long reportNanos;

    /**
     * A trainer that cannot keep up.
     *
     * @param clicksPerSecond clicks learned per second in the last period
     * @param lag number of waiting clicks
     */
    public record Report(long clicksPerSecond, long lag) {}

    /** @param nowNanos {@link System#nanoTime} */
    public LagWatch(long nowNanos) {
        periodNanos = nowNanos;
        reportNanos = nowNanos - QUIET.toNanos();
    }

    /**
     * Records a step of the trainer.
     *
     * @param nowNanos {@link System#nanoTime} after the step
     * @param stepNanos duration of the step
     * @param stepClicks clicks learned in the step
     * @param lag returns the number of waiting clicks, or empty if it is unknown; called once in each period
     * @return a report if the trainer cannot keep up and there was none in the last ten minutes
     */
    public Optional<Report> observe(long nowNanos, long stepNanos, int stepClicks, Supplier<OptionalLong> lag) {
        busyNanos += stepNanos;
        clicks += stepClicks;
        long passed = nowNanos - periodNanos;
        if (passed < PERIOD.toNanos()) {
            return Optional.empty();
        }
        long learned = clicks;
        boolean busy = busyNanos >= BUSY * passed;
        busyNanos = 0;
        clicks = 0;
        periodNanos = nowNanos;
        OptionalLong current = lag.get();
        grown = busy && current.orElse(0) > Math.max(periodLag, learned) ? grown + 1 : 0;
        periodLag = current.orElse(Long.MAX_VALUE);
        if (grown < PERIODS || nowNanos - reportNanos < QUIET.toNanos()) {
            return Optional.empty();
        }
        reportNanos = nowNanos;
        return Optional.of(new Report(Math.round(learned * 1e9 / passed), periodLag));
    }
}
