package io.freshet.store.modellog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.freshet.store.sequence.ClickOrigin;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RankShareTest {
    private static final int CLICKS = 160_000;

    @ParameterizedTest
    @ValueSource(doubles = {.001, .01, .1, .5, .9})
    void shouldPickItsShareOfEachPartition(double share) {
        for (int partition = 0; partition < 3; partition++) {
            double runs = (double) CLICKS / RankShare.RUN;
            double pickedRuns = (double) picked(share, partition).length / RankShare.RUN;
            double deviations = (pickedRuns - runs * share) / Math.sqrt(runs * share * (1 - share));
            assertThat(deviations).as("partition %d", partition).isCloseTo(0, within(4.0));
        }
    }

    @Test
    void shouldPickTheClicksOfASmallerShareAlso() {
        Set<Integer> more = IntStream.of(picked(.2, 0)).boxed().collect(Collectors.toSet());

        assertThat(IntStream.of(picked(.1, 0)).allMatch(more::contains)).isTrue();
        assertThat(IntStream.of(picked(.01, 0)).allMatch(more::contains)).isTrue();
    }

    @Test
    void shouldPickTheSameClicksForEver() {
        assertThat(IntStream.of(picked(.1, 2))
                        .filter(offset -> offset % RankShare.RUN == 0)
                        .limit(8))
                .containsExactly(0, 80, 224, 336, 528, 1_072, 1_152, 1_680);
        assertThat(IntStream.of(picked(1, 2)).limit(4)).containsExactly(0, 1, 2, 3);
    }

    @Test
    void shouldBeAShareOfClicks() {
        assertThat(RankShare.of(1)).isEqualTo(RankShare.ALL).hasToString("1");
        assertThat(RankShare.of(.25)).hasToString("0.25");
        assertThat(RankShare.of(1e-12).millionths()).isEqualTo(1);
        for (double none : new double[] {0, -1, 1.1, Double.NaN}) {
            assertThatIllegalArgumentException().isThrownBy(() -> RankShare.of(none));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new RankShare(0));
    }

    private static int[] picked(double share, int partition) {
        RankShare ranked = RankShare.of(share);
        return IntStream.range(0, CLICKS)
                .filter(offset -> ranked.picks(new ClickOrigin("clicks", partition, offset, 0)))
                .toArray();
    }
}
