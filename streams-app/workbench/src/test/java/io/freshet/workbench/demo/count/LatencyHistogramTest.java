package io.freshet.workbench.demo.count;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    private final LatencyHistogram histogram = new LatencyHistogram();

    @Test
    void shouldGiveTheNearestRankWhenAskedForAPercentile() {
        for (int ms = 1; ms <= 200; ms++) {
            histogram.record(ms);
        }
        assertThat(histogram.percentileMs(.5)).isEqualTo(100);
        assertThat(histogram.percentileMs(.99)).isEqualTo(198);
        assertThat(histogram.percentileMs(1)).isEqualTo(200);
    }

    @Test
    void shouldCutAtAMinuteWhenALatencyIsLonger() {
        histogram.record(3_600_000);
        histogram.record(-5);
        assertThat(histogram.percentileMs(1)).isEqualTo(60_000);
        assertThat(histogram.percentileMs(.5)).isZero();
    }
}
