package io.freshet.service.config.key;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef;

/** All configuration keys, in the order of the configuration guide. */
public final class ConfigKeys {
    public static final List<ConfigKey<?>> ALL = Stream.of(
                    ProcessKeys.KEYS,
                    ModelStoreKeys.KEYS,
                    TopicKeys.KEYS,
                    ClickKeys.KEYS,
                    SchemaKeys.KEYS,
                    SequencerKeys.KEYS,
                    RecordKeys.KEYS,
                    ScoringKeys.KEYS,
                    VariantKeys.KEYS,
                    StreamsKeys.KEYS,
                    HttpKeys.KEYS,
                    ModelKeys.KEYS,
                    TrainerKeys.KEYS)
            .<ConfigKey<?>>flatMap(group -> group.keys().stream())
            .toList();

    public static final Map<String, ConfigKey<?>> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(ConfigKey::name, Function.identity()));

    public static final Map<String, ConfigKey<?>> BY_ENVIRONMENT_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(ConfigKey::environmentName, Function.identity()));

    private ConfigKeys() {}

    /** Returns the definition with which Kafka parses and validates a value for every key. */
    public static ConfigDef definition() {
        ConfigDef definition = new ConfigDef();
        ALL.forEach(key -> key.defineIn(definition));
        return definition;
    }

    /** Returns all keys as a Markdown table, for the configuration guide. */
    public static String markdownTable() {
        return ALL.stream()
                .map(ConfigKey::markdownRow)
                .collect(Collectors.joining(
                        "", "| key | default | unit | what it does |\n| --- | --- | --- | --- |\n", ""));
    }
}
