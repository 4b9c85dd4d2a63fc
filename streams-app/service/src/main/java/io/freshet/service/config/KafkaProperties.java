package io.freshet.service.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The settings of the Kafka clients: every {@code kafka.} key of the configuration without that prefix.
 *
 * <p>A key under {@code producer.}, {@code consumer.} or {@code admin.} is for that kind of client; any other is for all
 * kinds. Kafka Streams reads the same prefixes itself, as well as {@code main.consumer.}, {@code restore.consumer.},
 * {@code global.consumer.} and {@code topic.}. A setting overrides Freshet's own defaults, whatever prefix those have.
 * Settings that Freshet must decide itself are refused. Immutable; each method returns a map that the caller owns.
 */
public final class KafkaProperties {
    static final String PREFIX = "kafka.";

    private static final String PRODUCER = "producer.";
    private static final String CONSUMER = "consumer.";
    private static final String ADMIN = "admin.";
    private static final String TOPIC = "topic.";
    private static final List<String> CONSUMERS_OF_STREAMS =
            List.of("main.consumer.", "restore.consumer.", "global.consumer.");
    private static final Set<String> KINDS =
            Set.of(PRODUCER, CONSUMER, ADMIN, "main.consumer.", "restore.consumer.", "global.consumer.", TOPIC);

    private static final String FORMATS = "Freshet's record formats determine it";
    private static final String ONCE = "otherwise clicks may not count exactly once";

    /** The settings that Freshet decides, by the clients' name of the setting. */
    private static final Map<String, Decided> DECIDED = Map.ofEntries(
            Map.entry(StreamsConfig.APPLICATION_ID_CONFIG, new Decided(Set.of(), "set application.id")),
            Map.entry(StreamsConfig.STATE_DIR_CONFIG, new Decided(Set.of(), "set state.dir")),
            Map.entry(StreamsConfig.APPLICATION_SERVER_CONFIG, new Decided(Set.of(), "set http.advertised")),
            Map.entry(
                    StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG,
                    new Decided(Set.of(), "all stores share one memory; set streams.rocksdb.*")),
            Map.entry(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, new Decided(Set.of("exactly_once_v2"), ONCE)),
            Map.entry(
                    StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG,
                    new Decided(Set.of("true"), "names of internal topics must not change by themselves")),
            Map.entry(
                    ConsumerConfig.GROUP_ID_CONFIG,
                    new Decided(Set.of(), "groups are named after application.id; set that")),
            Map.entry(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, new Decided(Set.of(), "set streams.instance.id")),
            Map.entry(
                    ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                    new Decided(Set.of(), "Freshet assigns partitions itself")),
            Map.entry(
                    ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                    new Decided(Set.of("earliest"), "otherwise clicks may be skipped")),
            Map.entry(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, new Decided(Set.of("false"), ONCE)),
            Map.entry(ConsumerConfig.ISOLATION_LEVEL_CONFIG, new Decided(Set.of("read_committed"), ONCE)),
            Map.entry(
                    ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                    new Decided(Set.of("false"), "topics are created by topics.create or 'freshet topics create'")),
            Map.entry(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, new Decided(Set.of(), FORMATS)),
            Map.entry(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, new Decided(Set.of(), FORMATS)),
            Map.entry(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, new Decided(Set.of(), FORMATS)),
            Map.entry(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, new Decided(Set.of(), FORMATS)),
            Map.entry(
                    ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                    new Decided(Set.of(), "it fences a second trainer; set application.id and model.name")),
            Map.entry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, new Decided(Set.of("true"), ONCE)),
            Map.entry(
                    ProducerConfig.ACKS_CONFIG,
                    new Decided(Set.of("all", "-1"), "otherwise accepted clicks may be lost")));

    /**
     * A setting that Freshet decides.
     *
     * @param values allowed values, which Freshet uses anyway; empty if the setting must not be set
     * @param why the reason, and the key to set instead, if there is one
     */
    private record Decided(Set<String> values, String why) {}

    private final Map<String, String> settings;

    /** @throws ConfigException if a setting is one that Freshet decides itself */
    KafkaProperties(Map<String, String> prefixed) {
        new TreeMap<>(prefixed)
                .forEach((key, value) -> refusal(key, value).ifPresent(message -> {
                    throw new ConfigException(message);
                }));
        Map<String, String> plain = new TreeMap<>();
        prefixed.forEach((key, value) -> plain.put(key.substring(PREFIX.length()), value));
        settings = Map.copyOf(plain);
    }

    public String bootstrapServers() {
        return settings.getOrDefault("bootstrap.servers", "");
    }

    /** Returns all settings, in the form of a {@link StreamsConfig}. */
    public Map<String, Object> forStreams() {
        return new HashMap<>(settings);
    }

    /**
     * Returns whether a setting of Kafka Streams is set, for its kind of client or for a wider one.
     *
     * @param key the setting with or without the prefix of a kind, such as {@code main.consumer.session.timeout.ms}
     */
    public boolean decides(String key) {
        List<String> names = new ArrayList<>(List.of(key));
        String name = withoutKind(PREFIX + key);
        if (CONSUMERS_OF_STREAMS.stream().anyMatch(key::startsWith)) {
            names.add(CONSUMER + name);
        }
        if (!key.startsWith(TOPIC)) {
            names.add(name);
        }
        return names.stream().anyMatch(settings::containsKey);
    }

    /** Returns the reason why a configuration key may not have this value; empty if it may. */
    static Optional<String> refusal(String key, String value) {
        Decided decided = DECIDED.get(withoutKind(key));
        if (decided == null || decided.values().contains(value.strip().toLowerCase(Locale.ROOT))) {
            return Optional.empty();
        }
        return Optional.of(
                decided.values().isEmpty()
                        ? key + " must not be set: " + decided.why()
                        : key + " must be " + String.join(" or ", new TreeSet<>(decided.values())) + ", or not be set: "
                                + key + "=" + value + "; " + decided.why());
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

    /**
     * Returns the longest record that a producer with these settings sends, in bytes: the lesser of
     * {@code max.request.size} and {@code buffer.memory}.
     */
    public int longestRequest() {
        Map<String, Object> settingsOfProducer = forProducer();
        long longest = Math.min(
                number(settingsOfProducer, ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 1 << 20),
                number(settingsOfProducer, ProducerConfig.BUFFER_MEMORY_CONFIG, 32 << 20));
        return (int) Math.min(Integer.MAX_VALUE, longest);
    }

    /**
     * Returns a numeric setting. Returns the default if it is not a number, because Kafka's clients refuse such a value
     * later.
     */
    private static long number(Map<String, Object> properties, String key, long byDefault) {
        try {
            return Long.parseLong(
                    String.valueOf(properties.getOrDefault(key, byDefault)).strip());
        } catch (NumberFormatException _) {
            return byDefault;
        }
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

    /** Returns the settings that at least one kind of client knows. */
    static Set<String> clientSettings() {
        Set<String> known = new HashSet<>(StreamsConfig.configDef().names());
        known.addAll(ConsumerConfig.configNames());
        known.addAll(ProducerConfig.configNames());
        known.addAll(AdminClientConfig.configNames());
        return known;
    }

    /** Returns a client's name for a configuration key: without the prefix and without the kind of client. */
    static String withoutKind(String key) {
        String name = key.substring(PREFIX.length());
        return KINDS.stream()
                .filter(name::startsWith)
                .max(Comparator.comparingInt(String::length))
                .map(kind -> name.substring(kind.length()))
                .orElse(name);
    }

    /**
     * Returns whether the value of a configuration key must not be shown: Kafka calls it a password, or no client knows it, so
     * that nothing says that it is none.
     */
    static boolean isSecret(String key) {
        if (key.startsWith(PREFIX + TOPIC)) {
            return false;
        }
        String name = withoutKind(key);
        List<ConfigDef.ConfigKey> known = Stream.of(
                        StreamsConfig.configDef(),
                        ConsumerConfig.configDef(),
                        ProducerConfig.configDef(),
                        AdminClientConfig.configDef())
                .map(definition -> definition.configKeys().get(name))
                .filter(Objects::nonNull)
                .toList();
        return known.isEmpty() || known.stream().anyMatch(each -> each.type == ConfigDef.Type.PASSWORD);
    }

    private static boolean isForOneKind(String key) {
        return KINDS.stream().anyMatch(key::startsWith);
    }

    /**
     * Returns whether some client knows the key. A key that none knows belongs to a plug-in and is passed to all clients.
     */
    private static boolean isClientSetting(String key) {
        return clientSettings().contains(key);
    }
}
