package io.freshet.training.liveness;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Notices that a trainer cannot keep up: in each of the last {@link #PERIODS} periods it learned almost all the time, and its lag
 * grew nevertheless, to more than it learns in a period. A trainer that catches up has a lag that falls, and one that waits for
 * clicks is not busy. Not thread-safe.
 */
public final class LagWatch {
    static final Duration PERIOD = Duration.ofSeconds(10);
    static final int PERIODS = 3;
    /** Time between two reports. */
    static final Duration QUIET = Duration.ofMinutes(10);
    /** Share of a period that a busy trainer learns. */
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
     * @param clicksPerSecond clicks that it learned a second in the last period
     * @param lag clicks that wait
     */
    public record Report(long clicksPerSecond, long lag) {}

    /** @param nowNanos {@link System#nanoTime} */
    public LagWatch(long nowNanos) {
        periodNanos = nowNanos;
        reportNanos = nowNanos - QUIET.toNanos();
    }

    /**
     * Takes a step of the trainer.
     *
     * @param nowNanos {@link System#nanoTime} after the step
     * @param stepNanos how long the step took
     * @param stepClicks clicks learned in the step
     * @param lag asks how many clicks wait, once a period; empty if that is not known
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
