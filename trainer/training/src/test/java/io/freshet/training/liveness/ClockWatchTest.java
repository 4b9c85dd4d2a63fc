package io.freshet.training.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class ClockWatchTest {
    private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final ClockWatch watch = new ClockWatch(clock());

    private Clock clock() {
        InstantSource source = now::get;
        return source.withZone(ZoneOffset.UTC);
    }

    @Test
    void shouldSeeNothingWhileTheClockGoesOnOrLeapsAhead() {
        assertThat(watch.behind()).isZero();
        now.set(START.plusSeconds(3));
        assertThat(watch.behind()).isZero();
        now.set(START.plus(Duration.ofHours(3)));
        assertThat(watch.behind()).isZero();
    }

    @Test
    void shouldSeeThatTheClockWasSetBackUntilItHasReachedItsLatestTimeAgain() {
        now.set(START.plus(Duration.ofHours(3)));
        watch.behind();

        now.set(START);
        assertThat(watch.behind()).isEqualTo(Duration.ofHours(3));
        now.set(START.plus(Duration.ofHours(2)));
        assertThat(watch.behind()).isEqualTo(Duration.ofHours(1));
        now.set(START.plus(Duration.ofHours(3)));
        assertThat(watch.behind()).isZero();
    }
}
