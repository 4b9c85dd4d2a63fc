package io.freshet.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * From when on what a writer has begun and not finished is nobody's any more. A writer that is alive may be slow, its
 * clock may be off, and it must not lose what it writes: the bound is far beyond both.
 */
record LeftOvers(Clock clock) {
    static final Duration AGE = Duration.ofHours(1);

    static LeftOvers byTheClock() {
        return new LeftOvers(Clock.systemUTC());
    }

    /** Whether what was last touched then has no writer that is alive. */
    boolean isAbandoned(Instant touched) {
        return touched.isBefore(clock.instant().minus(AGE));
    }
}
