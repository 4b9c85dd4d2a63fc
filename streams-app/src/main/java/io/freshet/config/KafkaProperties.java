package io.freshet.config;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The settings of the Kafka clients: every {@code kafka.} key of the configuration without that prefix.
 *
 * <p>A key under {@code producer.}, {@code consumer.} or {@code admin.} is for that kind of client; any other is for
 * all. Kafka Streams reads the same prefixes itself. Immutable; each method returns a map that the caller owns.
 */
public final class KafkaProperties {
    static final String PREFIX = "kafka.";

    private static final String PRODUCER = "producer.";
    private static final String CONSUMER = "consumer.";
    private static final String ADMIN = "admin.";
    private static final Set<String> KINDS =
            Set.of(PRODUCER, CONSUMER, ADMIN, "main.consumer.", "restore.consumer.", "global.consumer.", "topic.");

    private final Map<String, String> settings;

    KafkaProperties(Map<String, String> prefixed) {
        Map<String, String> plain = new TreeMap<>();
        prefixed.forEach((key, value) -> plain.put(key.substring(PREFIX.length()), value));
        settings = Map.copyOf(plain);
    }

    public String bootstrapServers() {
        return settings.getOrDefault("bootstrap.servers", "");
    }

    /** Everything, as a {@link StreamsConfig} takes it. */
    public Map<String, Object> forStreams() {
        return new HashMap<>(settings);
    }

    public Map<String, Object> forConsumer() {
        return forClient(CONSUMER, ConsumerConfig.configNames());
    }

    public Map<String, Object> forProducer() {
        return forClient(PRODUCER, ProducerConfig.configNames());
    }

    public Map<String, Object> forAdmin() {
        return forClient(ADMIN, AdminClientConfig.configNames());
    }

    private Map<String, Object> forClient(String kind, Set<String> known) {
        Map<String, Object> properties = new HashMap<>();
        settings.forEach((key, value) -> {
            if (!isForOneKind(key) && (known.contains(key) || !isClientSetting(key))) {
                properties.put(key, value);
            }
        });
        settings.forEach((key, value) -> {
            if (key.startsWith(kind)) {
                properties.put(key.substring(kind.length()), value);
            }
        });
        return properties;
    }

    /** The settings that some client knows. */
    static Set<String> clientSettings() {
        Set<String> known = new HashSet<>(StreamsConfig.configDef().names());
        known.addAll(ConsumerConfig.configNames());
        known.addAll(ProducerConfig.configNames());
        known.addAll(AdminClientConfig.configNames());
        return known;
    }

    /** What a client calls a key of the configuration: without the prefix, and without the kind of client. */
    static String withoutKind(String key) {
        String name = key.substring(PREFIX.length());
        return KINDS.stream()
                .filter(name::startsWith)
                .max(Comparator.comparingInt(String::length))
                .map(kind -> name.substring(kind.length()))
                .orElse(name);
    }

    private static boolean isForOneKind(String key) {
        return KINDS.stream().anyMatch(key::startsWith);
    }

    /** Whether some client knows the key; one that none knows is a plug-in's own and goes to all. */
    private static boolean isClientSetting(String key) {
        return clientSettings().contains(key);
    }
}
