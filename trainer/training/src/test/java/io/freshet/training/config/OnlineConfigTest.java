package io.freshet.training.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.freshet.model.recommender.ModelConfig;
import io.freshet.store.RetentionPolicy;
import io.freshet.training.learner.TrainingConfig;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OnlineConfigTest {
    @Test
    void shouldHaveDefaults() {
        OnlineConfig config = OnlineConfig.defaults(
                "shop", ModelConfig.defaults(1), TrainingConfig.defaults(2), Map.of("bootstrap.servers", "kafka:9092"));

        assertThat(config.topics())
                .isEqualTo(new OnlineConfig.Topics(
                        "sequences", "model-log", "model-deltas", "model-merges", "model-manifests"));
        assertThat(config.clients().transactionalId()).isEqualTo("freshet-trainer-shop");
        assertThat(config.steps().clicks()).isEqualTo(128);
        assertThat(config.steps().linger()).isEqualTo(Duration.ofMillis(10));
        assertThat(config.steps().batchClicks()).isZero();
        assertThat(config.publishing().deltaInterval()).isEqualTo(Duration.ofMillis(200));
        assertThat(config.publishing().deltaPartBytes()).isEqualTo(524_288);
        assertThat(config.publishing().snapshotInterval()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.publishing().retention()).isEqualTo(new RetentionPolicy(3, 0));
        assertThat(config.leaseTimeout()).isEqualTo(Duration.ofSeconds(6));
        assertThat(config.clients().producer()).containsEntry("bootstrap.servers", "kafka:9092");
        assertThat(config.learning()).isEqualTo(LearningConfig.DEFAULT);
    }

    @Test
    void shouldCutDeltasByBytesOfARow() {
        OnlineConfig config =
                OnlineConfig.defaults("shop", ModelConfig.defaults(1), TrainingConfig.defaults(2), Map.of());

        assertThat(config.rowsPerPart()).isEqualTo(524_288 / (4 + 64 * 4));
    }

    @Test
    void shouldNameLearnersAndTheirClients() {
        OnlineConfig config = OnlineConfig.defaults(
                        "shop", ModelConfig.defaults(1), TrainingConfig.defaults(2), Map.of())
                .withLearners(3, 2);

        assertThat(config.learners().names()).containsExactly("shop", "shop-learner-1", "shop-learner-2");
        assertThat(config.ofLearner(2).modelName()).isEqualTo("shop-learner-2");
        assertThat(KafkaClients.clientId(config, Map.of())).isEqualTo("freshet-trainer-shop");
        assertThat(KafkaClients.clientId(config.ofLearner(1), Map.of())).isEqualTo("freshet-trainer-shop-learner-1");
        Map<String, Object> configured = Map.of("client.id", "mine");
        assertThat(KafkaClients.clientId(config, configured)).isEqualTo("mine");
        assertThat(KafkaClients.clientId(config.ofLearner(1), configured)).isEqualTo("mine-learner-1");
    }

    @Test
    void shouldRefuseImpossibleLearning() {
        assertThatThrownBy(() -> new LearningConfig(
                        0, 50, new LearningConfig.Replay(256, 20, 50_000), new LearningConfig.Metrics(10, 5_000)))
                .hasMessageContaining("optimizerSteps=0");
        assertThatThrownBy(() -> new LearningConfig(
                        2, 1, new LearningConfig.Replay(256, 20, 50_000), new LearningConfig.Metrics(10, 5_000)))
                .hasMessageContaining("newLength=1");
        assertThatThrownBy(() -> new LearningConfig(
                        2, 50, new LearningConfig.Replay(-1, 20, 50_000), new LearningConfig.Metrics(10, 5_000)))
                .hasMessageContaining("replaySequences=-1");
        assertThatThrownBy(() -> new LearningConfig(
                        2, 50, new LearningConfig.Replay(256, 20, 0), new LearningConfig.Metrics(10, 5_000)))
                .hasMessageContaining("replayCapacity=0");
    }
}
