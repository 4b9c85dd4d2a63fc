package io.freshet.service.config.key;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * One key of the configuration: its name, type, default, range, unit and meaning. A {@link KeyGroup} declares it. Immutable.
 *
 * @param <T> the type of its value in the program
 */
public final class ConfigKey<T> {
    private static final String ENVIRONMENT_PREFIX = "FRESHET_";

    private final String name;
    private final ConfigDef.Type type;
    private final String defaultText;
    private final ConfigDef.@Nullable Validator validator;
    private final Function<Object, T> reader;
    private final String unit;
    private final String doc;
    private final boolean repeatsInvalid;

    private ConfigKey(Draft<T> draft, String doc) {
        name = draft.name;
        type = draft.type;
        defaultText = draft.defaultText;
        validator = draft.validator;
        reader = draft.reader;
        unit = draft.unit;
        repeatsInvalid = draft.repeatsInvalid;
        this.doc = doc;
    }

    /** A key that is being declared. {@link #doc} completes it. Each method changes the draft and returns it. */
    static final class Draft<T> {
        private final KeyGroup group;
        private final String name;
        private final ConfigDef.Type type;
        private final String defaultText;
        private final Function<Object, T> reader;
        private ConfigDef.@Nullable Validator validator;
        private String unit = "";
        private boolean repeatsInvalid = true;

        /**
         * @param type the type that Kafka parses the text to
         * @param reader converts a parsed and valid value to the key's type
         */
        Draft(KeyGroup group, String name, ConfigDef.Type type, String defaultText, Function<Object, T> reader) {
            this.group = group;
            this.name = name;
            this.type = type;
            this.defaultText = defaultText;
            this.reader = reader;
        }

        Draft<T> unit(String text) {
            unit = text;
            return this;
        }

        /** Sets the condition on the parsed value, which is checked before any conversion. */
        Draft<T> requires(ConfigDef.Validator valid) {
            validator = valid;
            return this;
        }

        /** Leaves an invalid value out of the error, because it may contain a password. */
        Draft<T> unrepeated() {
            repeatsInvalid = false;
            return this;
        }

        Draft<T> between(Number least, Number most) {
            return requires(ConfigDef.Range.between(least, most));
        }

        Draft<T> atLeast(Number least) {
            return requires(ConfigDef.Range.atLeast(least));
        }

        Draft<T> positive() {
            return atLeast(Double.MIN_VALUE);
        }

        /**
         * Returns a draft with another type of value. Not for secrets: the error for an invalid value repeats it,
         * unless {@link #unrepeated} is called.
         *
         * @param conversion throws {@link IllegalArgumentException} if the value is invalid, with a message that says what
         *     it must be
         */
        <U> Draft<U> as(Function<T, U> conversion) {
            Draft<U> converted = new Draft<>(group, name, type, defaultText, reader.andThen(conversion));
            converted.validator = validator;
            converted.unit = unit;
            converted.repeatsInvalid = repeatsInvalid;
            return converted;
        }

        /** Adds the key to its group, with a line of documentation. */
        ConfigKey<T> doc(String line) {
            ConfigKey<T> key = new ConfigKey<>(this, line);
            group.add(key);
            return key;
        }
    }

    /** Returns the key, dotted and lower case. */
    public String name() {
        return name;
    }

    /** Returns the name of the environment variable that sets this key. */
    public String environmentName() {
        return environmentName(name);
    }

    /** Returns the name of the environment variable that sets a key. */
    public static String environmentName(String key) {
        return ENVIRONMENT_PREFIX
                + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** Returns the key's value among the values that {@link ConfigKeys#definition} has parsed. */
    public T in(Map<String, Object> parsed) {
        Object value = parsed.get(name);
        if (value == null) {
            throw new IllegalArgumentException("The key must be defined: key=" + name);
        }
        return reader.apply(value);
    }

    /** Returns the name of the setting that overrides this key for one topic of clicks. */
    public String nameFor(String topic) {
        return name + "." + topic;
    }

    /** Returns the key's value for one topic of clicks: the one that is set for the topic, or the key's own. */
    public T in(Map<String, Object> parsed, String topic) {
        Object value = parsed.get(nameFor(topic));
        return value == null ? in(parsed) : reader.apply(value);
    }

    /** Returns the default, as a user would write it. */
    public String defaultText() {
        return defaultText;
    }

    /** Returns the default and the meaning, in sentences. */
    public String describe() {
        String usual = defaultText.isEmpty() ? "empty" : (defaultText + " " + unit).strip();
        return name + " is " + usual + " unless set. " + doc;
    }

    /** Returns the name, so that messages can name the key. */
    @Override
    public String toString() {
        return name;
    }

    void defineIn(ConfigDef definition) {
        defineAs(name, definition);
    }

    /** Defines a setting with another name, and the type and the range of this key. */
    public void defineAs(String setting, ConfigDef definition) {
        definition.define(setting, type, defaultText, this::requireValid, ConfigDef.Importance.MEDIUM, doc);
    }

    private void requireValid(String key, Object value) {
        if (validator != null) {
            validator.ensureValid(key, value);
        }
        try {
            var _ = reader.apply(value);
        } catch (IllegalArgumentException e) {
            throw repeatsInvalid
                    ? new ConfigException(key, value, e.getMessage())
                    : new ConfigException("Invalid value for configuration " + key + ": " + e.getMessage());
        }
    }

    String markdownRow() {
        String shownDefault = defaultText.isEmpty() ? "" : "`" + defaultText + "`";
        return "| `" + name + "` | " + shownDefault + " | " + unit + " | " + doc + " |\n";
    }
}
