package io.freshet.service.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.freshet.service.config.FreshetConfig;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

final class StreamsPropertiesTest {
    /** Longer prefixes first. */
    private static final List<String> KINDS = List.of("main.consumer.", "consumer.", "producer.");

    private static final Map<String, String> OTHER_VALUES = Map.of("compression.type", "zstd");

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
    void shouldWaitForFetchedRecordsOnlyWhenThereAreSeveralTopicsOfClicks() {
        assertThat(StreamsProperties.of(FreshetConfig.of(Map.of()))).containsEntry("max.task.idle.ms", -1L);
        assertThat(StreamsProperties.of(FreshetConfig.of(Map.of("topics.clicks", "web,app"))))
                .containsEntry("max.task.idle.ms", 0L);
        assertThat(StreamsProperties.of(
                        FreshetConfig.of(Map.of("topics.clicks", "web,app", "kafka.max.task.idle.ms", "100"))))
                .containsEntry("max.task.idle.ms", "100");
    }

    @Test
    void shouldLetKafkaKeysWin() {
        Map<String, Object> properties = StreamsProperties.of(FreshetConfig.of(Map.of(
                "kafka.producer.linger.ms", "1",
                "kafka.commit.interval.ms", "50",
                "streams.instance.id", "freshet-0")));

        assertThat(properties)
                .containsEntry("producer.linger.ms", "1")
                .containsEntry("commit.interval.ms", "50")
                .containsEntry("main.consumer.group.instance.id", "freshet-0");
    }

    /** Each client default of the program can be overridden with each prefix that covers it. */
    @Test
    void shouldLetAKafkaKeyWinWhateverPrefixItAndTheProgramsDefaultHave() {
        Map<String, Object> defaults = StreamsProperties.of(FreshetConfig.of(Map.of()));
        int tried = 0;
        for (String key : defaults.keySet()) {
            String kind = KINDS.stream().filter(key::startsWith).findFirst().orElse("");
            String name = key.substring(kind.length());
            if (kind.isEmpty() || name.equals("auto.offset.reset")) {
                continue; // not a client setting, or fixed by the program
            }
            String value = OTHER_VALUES.getOrDefault(name, "4321");
            for (String prefix : covering(kind)) {
                StreamsConfig streams = new StreamsConfig(
                        StreamsProperties.of(FreshetConfig.of(Map.of("kafka." + prefix + name, value))));
                assertThat(settings(streams, kind))
                        .as("kafka.%s%s over the default %s=%s", prefix, name, key, defaults.get(key))
                        .extractingByKey(name)
                        .hasToString(value);
                tried++;
            }
        }
        assertThat(tried).as("prefixes and defaults").isGreaterThan(15);
    }

    @Test
    void shouldTakeTheMostSpecificOfSeveralKafkaKeys() {
        StreamsConfig streams = new StreamsConfig(StreamsProperties.of(FreshetConfig.of(Map.of(
                "kafka.session.timeout.ms", "10000",
                "kafka.consumer.session.timeout.ms", "11000",
                "kafka.main.consumer.session.timeout.ms", "12000",
                "kafka.restore.consumer.fetch.max.wait.ms", "7",
                "kafka.global.consumer.fetch.max.wait.ms", "8"))));

        assertThat(settings(streams, "main.consumer.").get("session.timeout.ms"))
                .hasToString("12000");
        assertThat(settings(streams, "consumer.").get("fetch.max.wait.ms")).hasToString("500");
        assertThat(streams.getRestoreConsumerConfigs("r").get("fetch.max.wait.ms"))
                .hasToString("7");
        assertThat(streams.getGlobalConsumerConfigs("g").get("fetch.max.wait.ms"))
                .hasToString("8");
    }

    private static List<String> covering(String kind) {
        return switch (kind) {
            case "producer." -> List.of("", "producer.");
            case "consumer." -> List.of("", "consumer.", "main.consumer.");
            default -> List.of("", "consumer.", "main.consumer.");
        };
    }

    private static Map<String, Object> settings(StreamsConfig streams, String kind) {
        return kind.equals("producer.")
                ? streams.getProducerConfigs("p")
                : streams.getMainConsumerConfigs("group", "client", 0);
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
