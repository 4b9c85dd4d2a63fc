package io.freshet.training.online;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.store.modellog.RankShare;
import io.freshet.store.modellog.StepRecord;
import io.freshet.store.modellog.TargetRanks;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.metrics.Accuracy;
import io.freshet.training.online.TrainerStatus.Phase;
import io.freshet.training.publish.Progress;
import io.freshet.training.step.StepOutcome;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

final class TrainerMetricsTest {
    private static final TrainerStatus STATUS = new TrainerStatus(
            Phase.LEARNING,
            7,
            30,
            new Progress.Totals(70, 1.5, 1),
            new TrainerStatus.Prequential(
                    Accuracy.NONE,
                    new Accuracy(50, .5, .4, .3),
                    new Accuracy(50, .4, .2, .1),
                    new Accuracy(50, .3, .1, .1)),
            2.5,
            12,
            20,
            0,
            "");

    @Test
    void shouldCountStepsAndShowStatus() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (TrainerMetrics metrics =
                new TrainerMetrics(registry, new OnlineConfig.Learners(0, 1, 1, "shop"), () -> STATUS, () -> 3)) {
            int[] ranks = {StepRecord.NO_EVENT, 3, StepRecord.MISS, StepRecord.UNRANKED};
            metrics.step(
                    new StepOutcome(
                            8,
                            new TargetRanks(ranks, ranks, ranks),
                            RankShare.of(.4),
                            new StepOutcome.Batch(2.5, 4, 3),
                            2,
                            true,
                            5),
                    3,
                    1_000_000);

            assertThat(registry.get("freshet.trainer.steps").counter().count()).isEqualTo(1);
            assertThat(registry.get("freshet.trainer.records").counter().count())
                    .isEqualTo(3);
            assertThat(registry.get("freshet.trainer.targets").counter().count())
                    .isEqualTo(2);
            assertThat(registry.get("freshet.trainer.catchup.steps").counter().count())
                    .isEqualTo(1);
            assertThat(registry.get("freshet.trainer.optimizer.steps.skipped")
                            .counter()
                            .count())
                    .isEqualTo(2);
            assertThat(registry.get("freshet.trainer.forgotten").counter().count())
                    .isEqualTo(5);
            assertThat(registry.get("freshet.trainer.rank.share").gauge().value())
                    .isEqualTo(.4);
            assertThat(registry.get("freshet.trainer.ranked.window").gauge().value())
                    .isEqualTo((double) STATUS.accuracy().windowed().events());
            assertThat(registry.get("freshet.trainer.replay.share").gauge().value())
                    .isEqualTo(.75);
            assertThat(registry.get("freshet.trainer.ndcg")
                            .tags("model", "shop", "ranker", "mixture")
                            .gauge()
                            .value())
                    .isEqualTo(.4);
            assertThat(registry.get("freshet.trainer.ndcg")
                            .tags("ranker", "network")
                            .gauge()
                            .value())
                    .isEqualTo(.2);
            assertThat(registry.get("freshet.trainer.replay.users").gauge().value())
                    .isEqualTo(20);
            assertThat(registry.get("freshet.trainer.lag").gauge().value()).isEqualTo(12);
        }
    }

    @Test
    void shouldTakeItsMetersOutWhenClosed() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();

        new TrainerMetrics(registry, new OnlineConfig.Learners(0, 1, 1, "shop"), () -> STATUS, () -> 3).close();

        assertThat(registry.getMeters()).isEmpty();
    }
}
