package io.freshet.training.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class HeartbeatsTest {
    private final AtomicLong nanos = new AtomicLong();
    private final Heartbeats heartbeats = new Heartbeats(Duration.ofSeconds(10), nanos::get);

    @Test
    void shouldNameTheLoopAndTheAgeWhenItHasNotBeatenWithinTheBound() {
        Heartbeat stuck = heartbeats.of("trainer");
        Heartbeat well = heartbeats.of("follower");
        stuck.begin();
        well.begin();
        pass(Duration.ofSeconds(8));
        well.beat();
        assertThat(heartbeats.overdue()).isEmpty();
        pass(Duration.ofMillis(4_500));

        assertThat(heartbeats.overdue())
                .containsExactly("loop trainer must make progress within 10.0 s: seconds since its last turn=12.5");

        stuck.beat();
        assertThat(heartbeats.overdue()).isEmpty();
    }

    @Test
    void shouldWatchALoopOnlyWhileItRuns() {
        Heartbeat loop = heartbeats.of("trainer");
        pass(Duration.ofMinutes(1));
        assertThat(heartbeats.overdue()).isEmpty();

        loop.begin();
        assertThat(heartbeats.overdue()).isEmpty();
        pass(Duration.ofMinutes(1));
        assertThat(heartbeats.overdue()).hasSize(1);

        loop.close();
        assertThat(heartbeats.overdue()).isEmpty();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
