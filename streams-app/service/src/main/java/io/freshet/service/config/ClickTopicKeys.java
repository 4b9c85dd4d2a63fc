package io.freshet.service.config;

import io.freshet.service.config.key.ClickKeys;
import io.freshet.service.config.key.ConfigKey;
import io.freshet.service.config.key.ConfigKeys;
import io.freshet.service.config.key.TopicKeys;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one topic of clicks: a key of {@link ClickKeys#PER_TOPIC}, a dot, and the name of the topic, as in
 * {@code clicks.format.purchases}. In the environment that is {@code FRESHET_CLICKS_FORMAT_PURCHASES}.
 */
final class ClickTopicKeys {
    private ClickTopicKeys() {}

    /** Returns the key that a setting overrides for one topic, or null if the setting is another. */
    static @Nullable ConfigKey<?> keyOf(String setting) {
        if (ConfigKeys.BY_NAME.containsKey(setting)) {
            return null;
        }
        for (ConfigKey<?> key : ClickKeys.PER_TOPIC) {
            if (setting.startsWith(key.nameFor(""))
                    && setting.length() > key.nameFor("").length()) {
                return key;
            }
        }
        return null;
    }

    /**
     * Throws if a setting is for a topic that is not a topic of clicks.
     *
     * @param settings names of settings of any kind
     */
    static void requireTopics(Set<String> settings, List<String> topics) {
        for (String setting : settings) {
            ConfigKey<?> key = keyOf(setting);
            String topic = key == null ? "" : setting.substring(key.nameFor("").length());
            if (key != null && !topics.contains(topic)) {
                throw new ConfigException(setting + " must end with a topic of " + TopicKeys.CLICKS + ": topic=" + topic
                        + " topics.clicks=" + String.join(",", topics));
            }
        }
    }

    /** Returns the definition of every key, and of the settings for one topic among these settings. */
    static ConfigDef definition(Set<String> settings) {
        ConfigDef definition = ConfigKeys.definition();
        for (String setting : settings) {
            ConfigKey<?> key = keyOf(setting);
            if (key != null) {
                key.defineAs(setting, definition);
            }
        }
        return definition;
    }

    /** Returns the topics of clicks that settings name, which need not be valid. */
    static List<String> topics(Map<String, String> settings) {
        String prefix = settings.getOrDefault(TopicKeys.PREFIX.name(), "");
        String names = settings.getOrDefault(TopicKeys.CLICKS.name(), prefix + TopicKeys.CLICKS.defaultText());
        return Arrays.stream(names.split(",", -1)).map(String::strip).toList();
    }

    /** Returns the key that an environment variable sets for one topic, or null if the variable is another. */
    static @Nullable ConfigKey<?> keyOfVariable(String name) {
        if (ConfigKeys.BY_ENVIRONMENT_NAME.containsKey(name)) {
            return null;
        }
        for (ConfigKey<?> key : ClickKeys.PER_TOPIC) {
            if (name.startsWith(key.environmentName() + "_")) {
                return key;
            }
        }
        return null;
    }

    /**
     * Returns the settings for one topic in an environment. A variable for an unknown topic becomes a setting for a topic
     * of that name, so that it is refused like any other.
     *
     * @throws ConfigException if a variable may be for several topics
     */
    static Map<String, String> ofEnvironment(Map<String, String> environment, List<String> topics) {
        Map<String, String> settings = new HashMap<>();
        environment.forEach((name, value) -> {
            ConfigKey<?> key = keyOfVariable(name);
            if (key != null && !ServiceLinks.isOne(name, value)) {
                settings.put(key.nameFor(topicOf(name, key, topics)), value);
            }
        });
        return settings;
    }

    private static String topicOf(String variable, ConfigKey<?> key, List<String> topics) {
        List<String> found = topics.stream()
                .filter(topic -> ConfigKey.environmentName(key.nameFor(topic)).equals(variable))
                .toList();
        if (found.size() > 1) {
            throw new ConfigException("Environment variable " + variable + " must be for one topic, and may be for "
                    + found + ": set " + key.nameFor(found.getFirst()) + " in a file instead");
        }
        return found.isEmpty()
                ? variable.substring(key.environmentName().length() + 1).toLowerCase(Locale.ROOT)
                : found.getFirst();
    }
}
