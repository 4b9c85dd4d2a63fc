package io.freshet.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.config.FreshetConfig;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

final class StreamsPropertiesTest {
    @Test
    void shouldBeExactlyOnceWithLowLatencyWhenNothingIsSet() {
        Map<String, Object> properties = StreamsProperties.of(FreshetConfig.of(Map.of()));

        assertThat(properties)
                .containsEntry("processing.guarantee", "exactly_once_v2")
                .containsEntry("ensure.explicit.internal.resource.naming", true)
                .containsEntry("commit.interval.ms", 20L)
                .containsEntry("poll.ms", 5L)
                .containsEntry("producer.linger.ms", 5)
                .containsEntry("statestore.cache.max.bytes", 0L)
                .containsEntry("main.consumer.session.timeout.ms", 6_000)
                .doesNotContainKey("main.consumer.group.instance.id");
        assertThat(new StreamsConfig(properties).getString("application.id")).isEqualTo("freshet");
    }

    @Test
    void shouldLetKafkaKeysWinButNotOverExactlyOnce() {
        Map<String, Object> properties = StreamsProperties.of(FreshetConfig.of(Map.of(
                "kafka.producer.linger.ms", "1",
                "kafka.processing.guarantee", "at_least_once",
                "streams.instance.id", "freshet-0")));

        assertThat(properties)
                .containsEntry("producer.linger.ms", "1")
                .containsEntry("processing.guarantee", "exactly_once_v2")
                .containsEntry("main.consumer.group.instance.id", "freshet-0");
    }

    @Test
    void shouldBeginWithWhatComesWhenItIsAShadow() {
        Map<String, String> settings = Map.of("variants.name", "b");
        Map<String, String> shadows = Map.of("variants.name", "b", "scorer.shadow", "true");

        assertThat(StreamsProperties.of(FreshetConfig.of(settings).asScorer()))
                .containsEntry("application.id", "freshet-scorer-b")
                .containsEntry("main.consumer.auto.offset.reset", "earliest");
        assertThat(StreamsProperties.of(FreshetConfig.of(shadows).asScorer()))
                .containsEntry("main.consumer.auto.offset.reset", "latest");
    }
}
