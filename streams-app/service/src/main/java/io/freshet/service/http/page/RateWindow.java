package io.freshet.service.http.page;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Rate of growth of a count over the last seconds. Not thread-safe. */
public final class RateWindow {
    private static final long LENGTH_NANOS = Duration.ofSeconds(5).toNanos();

    private final Deque<Reading> readings = new ArrayDeque<>();

    private record Reading(long nanos, long count) {}

    /** Adds the current count and returns its growth per second since the oldest reading in the window. */
    public double perSecond(long nowNanos, long count) {
        readings.add(new Reading(nowNanos, count));
        Reading oldest = readings.getFirst();
        while (nowNanos - oldest.nanos() > LENGTH_NANOS && readings.size() > 2) {
            readings.removeFirst();
            oldest = readings.getFirst();
        }
        long elapsed = nowNanos - oldest.nanos();
        return elapsed == 0 ? 0 : (count - oldest.count()) * 1e9 / elapsed;
    }
}
