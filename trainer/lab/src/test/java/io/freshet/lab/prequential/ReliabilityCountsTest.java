package io.freshet.lab.prequential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class ReliabilityCountsTest {
    @Test
    void shouldCompareMeanProbabilityWithClicksByBin() {
        ReliabilityCounts counts = new ReliabilityCounts();
        counts.observe(.35, true);
        counts.observe(.45, false);
        counts.observe(.002, false);
        counts.observe(1, true);

        Reliability reliability = counts.reliability();

        assertThat(reliability.answers()).isEqualTo(4);
        assertThat(reliability.bins())
                .extracting(
                        Reliability.Bin::from, Reliability.Bin::to, Reliability.Bin::answers, Reliability.Bin::clicked)
                .containsExactly(tuple(.001, .003, 1L, 0.), tuple(.3, .5, 2L, .5), tuple(.9, 1., 1L, 1.));
        assertThat(reliability.bins().get(1).meanProbability()).isCloseTo(.4, within(1e-12));
        assertThat(reliability.expectedError()).isCloseTo((.002 + .2 + 0) / 4, within(1e-12));
    }

    @Test
    void shouldHaveNoErrorWithoutAnswers() {
        assertThat(new ReliabilityCounts().reliability().expectedError()).isZero();
    }
}
