package io.freshet.app.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PaceTest {
    private static final double PER_SECOND = 100;

    @Test
    void shouldNotCatchUpWhenTheRateIsAMaximum() throws Exception {
        Pace pace = new Pace.Rate(PER_SECOND, false);
        pace.await(0);
        Thread.sleep(Duration.ofMillis(1_500)); // longer than what may be caught up
        pace.await(1);
        long resumedNanos = System.nanoTime();
        pace.await(1 + 50);

        assertThat(Duration.ofNanos(System.nanoTime() - resumedNanos)).isGreaterThan(Duration.ofMillis(400));
    }
}
