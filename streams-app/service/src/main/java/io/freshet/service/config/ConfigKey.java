package io.freshet.service.config;

import java.util.Locale;
import org.apache.kafka.common.config.ConfigDef;
import org.jspecify.annotations.Nullable;

/**
 * One key of the configuration.
 *
 * @param name the key, dotted and lower case
 * @param type the type that the text is parsed to
 * @param defaultText the default value, as text
 * @param validator validates the value; null if the type is enough
 * @param unit the unit of the value; empty if it has none
 * @param doc one line that documents the key
 */
record ConfigKey(
        String name,
        ConfigDef.Type type,
        String defaultText,
        ConfigDef.@Nullable Validator validator,
        String unit,
        String doc) {
    private static final String ENVIRONMENT_PREFIX = "FRESHET_";

    /** Returns the name of the environment variable that sets this key. */
    String environmentName() {
        return environmentName(name);
    }

    /** Returns the name of the environment variable that sets a key. */
    static String environmentName(String key) {
        return ENVIRONMENT_PREFIX
                + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    void defineIn(ConfigDef definition) {
        definition.define(name, type, defaultText, validator, ConfigDef.Importance.MEDIUM, doc);
    }

    String markdownRow() {
        String shownDefault = defaultText.isEmpty() ? "" : "`" + defaultText + "`";
        return "| `" + name + "` | " + shownDefault + " | " + unit + " | " + doc + " |\n";
    }
}
