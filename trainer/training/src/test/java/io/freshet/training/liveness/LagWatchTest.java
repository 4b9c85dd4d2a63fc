package io.freshet.training.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class LagWatchTest {
    private static final long SECOND = 1_000_000_000;

    /** Runs a trainer that learns 100 clicks a second, and returns the seconds at which it is reported. */
    private static List<Long> reports(int seconds, LongUnaryOperator lag) {
        LagWatch watch = new LagWatch(-5 * SECOND);
        List<Long> reported = new ArrayList<>();
        for (long second = -5; second < seconds; second++) {
            long now = second;
            watch.observe(second * SECOND, lag.applyAsLong(second), (second + 5) * 100).ifPresent(report -> {
                assertThat(report).isEqualTo(new LagWatch.Report(100, lag.applyAsLong(now)));
                reported.add(now);
            });
        }
        return reported;
    }

    @Test
    void shouldReportALagThatGrows() {
        assertThat(reports(60, second -> 2_000 + 80 * second)).containsExactly(35L);
    }

    @Test
    void shouldReportAgainOnlyAfterTenMinutes() {
        assertThat(reports(700, second -> 2_000 + 80 * second)).containsExactly(35L, 635L);
    }

    @Test
    void shouldNotReportATrainerThatCatchesUp() {
        assertThat(reports(300, second -> 1_000_000 - 80 * second)).isEmpty();
    }

    @Test
    void shouldNotReportALagOfLessThanAPeriod() {
        assertThat(reports(300, second -> 500 + second)).isEmpty();
    }

    @Test
    void shouldNotReportALagThatGrowsAndFalls() {
        assertThat(reports(300, second -> 5_000 + 100 * (second % 20))).isEmpty();
    }
}
