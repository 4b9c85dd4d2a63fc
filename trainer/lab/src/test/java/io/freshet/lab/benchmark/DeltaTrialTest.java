package io.freshet.lab.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.freshet.model.encoder.network.SasRecConfig;
import io.freshet.model.recommender.ModelConfig;
import io.freshet.model.tensor.Lanes;
import io.freshet.store.RetentionPolicy;
import io.freshet.training.config.OnlineConfig;
import io.freshet.training.journal.ModelDigest;
import io.freshet.training.learner.TrainingConfig;
import io.freshet.training.step.UserUpdate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DeltaTrialTest {
    private static final ModelConfig MODEL = new ModelConfig(new SasRecConfig(Lanes.WIDTH, 12, 1, 1), .1f, 7);
    private static final int ITEMS = 60;
    private static final int STEP = 16;

    /** Returns a trial of which a step of so many clicks takes a second by its clock, and has a delta. */
    private static DeltaTrial trial(long bytesPerSecond, int stepClicks) {
        OnlineConfig usual = OnlineConfig.defaults("shop", MODEL, TrainingConfig.defaults(1), Map.of());
        OnlineConfig.Publishing publishing = new OnlineConfig.Publishing(
                Duration.ofSeconds(1), 1024, bytesPerSecond, Duration.ofHours(1), new RetentionPolicy(3, 0), 0);
        return new DeltaTrial(
                new OnlineConfig(
                        usual.modelName(),
                        usual.topics(),
                        usual.clients(),
                        usual.model(),
                        usual.training(),
                        usual.learning(),
                        usual.steps(),
                        publishing,
                        usual.leaseTimeout()),
                stepClicks);
    }

    private static void learn(DeltaTrial trial, int steps, int stepClicks) {
        SyntheticClicks clicks = new SyntheticClicks(ITEMS, ITEMS, 1);
        trial.step(IntStream.range(0, ITEMS).mapToObj(clicks::arrival).toList());
        for (int i = 0; i < steps; i++) {
            List<UserUpdate> walks = IntStream.range(0, stepClicks)
                    .mapToObj(walk -> clicks.walk(ITEMS))
                    .toList();
            trial.step(walks);
        }
    }

    @Test
    void shouldServeTheLearnersModelWhenDeltasAreExact() {
        try (DeltaTrial trial = trial(0, 1)) {
            learn(trial, 200, 1);

            assertThat(trial.models())
                    .extracting(ModelDigest::of)
                    .containsOnly(ModelDigest.of(trial.models().getFirst()));
            DeltaTrial.Outcome outcome = trial.outcome();
            assertThat(outcome.clicks()).isEqualTo(ITEMS + 200);
            assertThat(outcome.deltas()).isEqualTo(201);
            assertThat(outcome.served().events())
                    .isEqualTo(outcome.learner().events())
                    .isPositive();
            assertThat(outcome.served())
                    .as("a delta after each click, so the scorer knows what the learner knows")
                    .isEqualTo(outcome.learner());
        }
    }

    @Test
    void shouldSendFewerBytesAndLearnTheSameWhenDeltasAreLimited() {
        try (DeltaTrial exact = trial(0, STEP);
                DeltaTrial limited = trial(4_000, STEP)) {
            learn(exact, 40, STEP);
            learn(limited, 40, STEP);

            assertThat(ModelDigest.of(limited.models().getFirst()))
                    .isEqualTo(ModelDigest.of(exact.models().getFirst()));
            assertThat(ModelDigest.of(limited.models().getLast()))
                    .isNotEqualTo(ModelDigest.of(exact.models().getLast()));
            assertThat(limited.outcome().deltaBytes())
                    .isLessThan(exact.outcome().deltaBytes() / 2);
            assertThat(limited.countedServedRanks()).hasSameSizeAs(exact.countedServedRanks());
        }
    }

    @Test
    void shouldRefuseWhenNoClicksArrive() {
        OnlineConfig config = OnlineConfig.defaults("shop", MODEL, TrainingConfig.defaults(1), Map.of());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DeltaTrial(config, 0))
                .withMessageContaining("0.0");
    }
}
