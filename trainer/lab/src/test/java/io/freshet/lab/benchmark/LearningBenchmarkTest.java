package io.freshet.lab.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.lab.benchmark.LearningCost.Footprint;
import io.freshet.lab.benchmark.LearningCost.Phase;
import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.tensor.Lanes;
import io.freshet.training.config.LearningConfig;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.step.UserUpdate;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LearningBenchmarkTest {
    private static final ModelConfig MODEL = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 12, 1, 1), .1f, 7);

    private static LearningBenchmark benchmark(int items, int users, Duration retention) {
        LearningConfig learning = new LearningConfig(
                        1, 12, new LearningConfig.Replay(8, 5, 10), new LearningConfig.Metrics(10, 50))
                .withFullStepClicks(99)
                .withItemRetention(retention);
        return new LearningBenchmark(
                MODEL, TrainingConfig.defaults(1), learning, new LearningBenchmark.Load(items, users, 16, 1));
    }

    @Test
    void shouldHaveEveryItemAndForgetHalfOfThemWhenItRanThroughItsPhases() {
        try (LearningBenchmark benchmark = benchmark(2_000, 500, Duration.ofHours(1))) {
            Phase arrival = benchmark.arrive();
            assertThat(arrival.steps()).isEqualTo(125);
            assertThat(arrival.clicks()).isEqualTo(2_000);
            assertThat(arrival.rankingMs()).isNull();
            assertThat(arrival.slowest()).hasSize(5);
            assertThat(benchmark.footprint().items()).isEqualTo(2_000);

            Phase life = benchmark.live(5);
            assertThat(life.clicks()).isEqualTo(5 * 16);
            assertThat(life.rankingMs()).isNotNull();
            assertThat(life.clicksPerSecond()).isPositive();
            assertThat(life.clicksPerCpuSecond()).isPositive();
            assertThat(life.rankShare()).as("few items").isEqualTo(1);

            Phase forgetting = benchmark.forget();
            assertThat(forgetting.steps()).isPositive();
            Footprint after = benchmark.footprint();
            assertThat(after.items())
                    .as("the newer half, and what was clicked again")
                    .isBetween(1_000, 1_000 + 96);
            assertThat(after.rows()).isEqualTo(2_000);
            assertThat(after.tensorBytes()).isPositive();
            assertThat(after.replayUsers()).isPositive();
        }
    }

    @Test
    void shouldRefuseToForgetWhenItemsAreKeptForEver() {
        try (LearningBenchmark benchmark = benchmark(10, 10, Duration.ZERO)) {
            assertThatThrownBy(benchmark::forget)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("itemRetention=PT0S");
        }
    }

    @Test
    void shouldRefuseWhenThereIsNothingToMeasure() {
        assertThatThrownBy(() -> benchmark(1, 1, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("items=1");
    }

    @Test
    void shouldBringInEachUserAndEachItemWhereverThereAreMoreOf() {
        SyntheticClicks moreItems = new SyntheticClicks(10, 4, 1);
        assertThat(moreItems.arrivals()).isEqualTo(10);
        assertThat(items(moreItems.arrival(9))).containsExactly("item-1", "item-5", "item-9");
        assertThat(moreItems.arrival(9).user()).isEqualTo("user-1");

        SyntheticClicks moreUsers = new SyntheticClicks(4, 10, 1);
        assertThat(moreUsers.arrivals()).isEqualTo(10);
        assertThat(items(moreUsers.arrival(9))).containsExactly("item-1");
        assertThat(moreUsers.arrival(9).user()).isEqualTo("user-9");
    }

    private static List<String> items(UserUpdate update) {
        return update.update().sequence().interactions().stream()
                .map(interaction -> interaction.itemId())
                .toList();
    }

    @Test
    void shouldTellMedianAndTailByNearestRank() {
        List<Double> values =
                IntStream.rangeClosed(1, 200).mapToObj(value -> (double) value).toList();
        assertThat(StepTimes.spread(values)).isEqualTo(new LearningCost.Spread(100, 198, 200));
        assertThat(StepTimes.spread(List.of())).isEqualTo(new LearningCost.Spread(0, 0, 0));
    }
}
