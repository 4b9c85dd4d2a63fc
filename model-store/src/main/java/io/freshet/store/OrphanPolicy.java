package io.freshet.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Age after which an unfinished write is treated as abandoned. A live writer may be slow or have a wrong clock, and
 * must not lose its files, so the age far exceeds both the duration of a write and the differences between clocks.
 */
record OrphanPolicy(Clock clock) {
    static final Duration AGE = Duration.ofHours(1);

    static OrphanPolicy byTheClock() {
        return new OrphanPolicy(Clock.systemUTC());
    }

    /** Returns whether files last modified at {@code touched} are abandoned: no live writer works on them. */
    boolean isAbandoned(Instant touched) {
        return touched.isBefore(clock.instant().minus(AGE));
    }
}
