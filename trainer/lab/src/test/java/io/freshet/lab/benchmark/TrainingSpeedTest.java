package io.freshet.lab.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.freshet.lab.benchmark.TrainingSpeed.Round;
import io.freshet.lab.yardstick.CoreTypes;
import io.freshet.lab.yardstick.Yardstick;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.tensor.Lanes;
import io.freshet.store.vocabulary.Vocabulary;
import io.freshet.training.fit.SequenceDataset;
import io.freshet.training.learner.TrainingConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TrainingSpeedTest {
    @Test
    void shouldTakeMediansAfterTheWarmUpAndFullSpeedFromAllRounds() {
        TrainingSpeed speed = TrainingSpeed.of(
                500,
                List.of(
                        new Round(1, 10, 20, 100, 200),
                        new Round(2, 45, 85, 100, 200),
                        new Round(3, 50, 90, 100, 200),
                        new Round(4, 48, 40, 50, 100),
                        new Round(5, 52, 100, 110, 180)),
                3,
                1_000);
        assertThat(speed.targetsPerSecond()).isEqualTo(50);
        assertThat(speed.flopsPerSecond()).isEqualTo(90);
        assertThat(speed.sgemmFlopsPerSecond()).isEqualTo(100);
        assertThat(speed.shareOfSgemm()).isCloseTo(.9, within(1e-12));
        assertThat(speed.shareOfFma()).isCloseTo(.5, within(1e-12));
        assertThat(speed.secondsToFullSpeed()).isEqualTo(2);
        assertThat(speed.scratchBytes()).isEqualTo(1_000);
    }

    @Test
    void shouldMeasureSomethingWhenGivenSequences() throws IOException {
        Vocabulary items = new Vocabulary();
        SequenceDataset data = SyntheticSequences.likeBeauty(items, 1);
        SasRecConfig encoder = new SasRecConfig(Lanes.WIDTH, 20, 1, 1);
        try (Yardstick yardstick = new Yardstick(List.of(CoreTypes.DETECTED), Set.of(1), step -> {})) {
            TrainingSpeed speed = new TrainingBenchmark(data, items, encoder, 64, yardstick)
                    .measure(TrainingConfig.defaults(1), 2048, Duration.ZERO, Duration.ofMillis(1));
            assertThat(speed.targetsPerSecond()).isPositive();
            assertThat(speed.shareOfSgemm()).isPositive();
        }
    }

    @Test
    void shouldMakeUpTheShapeOfBeauty() {
        Vocabulary items = new Vocabulary();
        SequenceDataset data = SyntheticSequences.likeBeauty(items, 1);
        assertThat(data.users()).isEqualTo(22_363);
        assertThat(items.size()).isEqualTo(12_101);
        assertThat((double) data.interactions()).isCloseTo(198_502, within(2_000.0));
    }
}
