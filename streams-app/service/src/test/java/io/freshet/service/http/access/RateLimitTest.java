package io.freshet.service.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class RateLimitTest {
    private final AtomicLong now = new AtomicLong();

    @Test
    void shouldAllowASecondsRequestsAtOnceAndThenTheRate() {
        RateLimit limit = new RateLimit(4, now::get);
        for (int i = 0; i < 4; i++) {
            assertThat(limit.take("a")).isZero();
        }
        assertThat(limit.take("a")).isEqualTo(Duration.ofMillis(250));

        now.addAndGet(Duration.ofMillis(250).toNanos());

        assertThat(limit.take("a")).isZero();
        assertThat(limit.take("a")).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void shouldCountEachClientByItself() {
        RateLimit limit = new RateLimit(1, now::get);

        assertThat(limit.take("a")).isZero();
        assertThat(limit.take("b")).isZero();
        assertThat(limit.take("a")).isPositive();
    }

    @Test
    void shouldSaveUpNoMoreThanASecondsRequests() {
        RateLimit limit = new RateLimit(2, now::get);
        assertThat(limit.take("a")).isZero();
        now.addAndGet(Duration.ofHours(1).toNanos());

        assertThat(limit.take("a")).isZero();
        assertThat(limit.take("a")).isZero();
        assertThat(limit.take("a")).isPositive();
    }

    @Test
    void shouldRememberClientsThatAskWhenManyOthersCome() {
        RateLimit limit = new RateLimit(1, now::get);
        assertThat(limit.take("busy")).isZero();

        for (int i = 0; i < 30_000; i++) {
            assertThat(limit.take("other-" + i)).isZero();
            assertThat(limit.take("busy")).isPositive();
        }
    }

    @Test
    void shouldLimitNothingWhenTheRateIsZero() {
        RateLimit limit = new RateLimit(0, now::get);
        for (int i = 0; i < 1_000; i++) {
            assertThat(limit.take("a")).isZero();
        }
    }
}
