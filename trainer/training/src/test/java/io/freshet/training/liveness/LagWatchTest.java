package io.freshet.training.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class LagWatchTest {
    private static final long SECOND = 1_000_000_000;

    /**
     * Runs a trainer that learns a step of 100 clicks each second, and returns the seconds at which it is reported.
     *
     * @param busy share of a second that a step takes
     */
    private static List<Long> reports(int seconds, double busy, LongFunction<OptionalLong> lag) {
        LagWatch watch = new LagWatch(0);
        List<Long> reported = new ArrayList<>();
        for (long second = 1; second <= seconds; second++) {
            long now = second;
            watch.observe(now * SECOND, (long) (busy * SECOND), 100, () -> lag.apply(now))
                    .ifPresent(report -> {
                        assertThat(report)
                                .isEqualTo(
                                        new LagWatch.Report(100, lag.apply(now).orElseThrow()));
                        reported.add(now);
                    });
        }
        return reported;
    }

    private static List<Long> reports(int seconds, LongUnaryOperator lag) {
        return reports(seconds, 1, second -> OptionalLong.of(lag.applyAsLong(second)));
    }

    @Test
    void shouldReportALagThatGrows() {
        assertThat(reports(60, second -> 2_000 + 80 * second)).containsExactly(40L);
    }

    @Test
    void shouldReportAgainOnlyAfterTenMinutes() {
        assertThat(reports(700, second -> 2_000 + 80 * second)).containsExactly(40L, 640L);
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

    @Test
    void shouldNotReportATrainerThatWaits() {
        assertThat(reports(300, .5, second -> OptionalLong.of(2_000 + 80 * second)))
                .isEmpty();
    }

    @Test
    void shouldNotReportALagThatIsNotKnown() {
        assertThat(reports(300, 1, second -> OptionalLong.empty())).isEmpty();
    }
}
