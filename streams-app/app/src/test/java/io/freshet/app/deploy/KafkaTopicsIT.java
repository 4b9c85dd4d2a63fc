package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.TopicSetup;
import io.freshet.testkit.broker.EmbeddedKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks that the topics of the Strimzi manifests equal those that Freshet creates by itself. */
final class KafkaTopicsIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    /** Partitions and settings with which a topic was created. */
    private record Definition(int partitions, Map<String, String> settings) {}

    @Test
    void shouldDeclareTheTopicsThatFreshetCreates() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder)) {
            FreshetConfig config = FreshetConfig.load(
                    KubernetesBaseTest.CONFIG_FILE,
                    Map.of(),
                    Map.of("kafka.bootstrap.servers", kafka.bootstrapServers(), "items.catalogue", "filter"));
            TopicSetup.run(config, TIMEOUT);

            assertThat(declared()).isEqualTo(created(config.kafka().forAdmin(), config.topics()));
        }
    }

    private static Map<String, Definition> declared() throws Exception {
        Map<String, Definition> topics = new TreeMap<>();
        for (JsonNode topic :
                Manifests.asWritten(Manifests.K8S.resolve("components/kafka")).all("KafkaTopic")) {
            Map<String, String> settings = new TreeMap<>();
            topic.at("/spec/config")
                    .properties()
                    .forEach(setting ->
                            settings.put(setting.getKey(), setting.getValue().asText()));
            topics.put(
                    Manifests.nameOf(topic),
                    new Definition(topic.at("/spec/partitions").asInt(), settings));
        }
        return topics;
    }

    private static Map<String, Definition> created(Map<String, Object> properties, List<String> names)
            throws Exception {
        Map<String, Definition> topics = new TreeMap<>();
        try (Admin admin = Admin.create(new HashMap<>(properties))) {
            for (String name : names) {
                ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
                Config config = only(admin.describeConfigs(List.of(resource)).all());
                TopicDescription topic =
                        only(admin.describeTopics(List.of(name)).allTopicNames());
                topics.put(name, new Definition(topic.partitions().size(), setOn(config)));
            }
        }
        return topics;
    }

    private static <K, V> V only(KafkaFuture<Map<K, V>> described) throws Exception {
        return described.get().values().iterator().next();
    }

    private static Map<String, String> setOn(Config config) {
        Map<String, String> settings = new TreeMap<>();
        for (ConfigEntry entry : config.entries()) {
            if (entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG) {
                settings.put(entry.name(), entry.value());
            }
        }
        return settings;
    }
}
