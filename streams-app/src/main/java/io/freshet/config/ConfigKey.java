package io.freshet.config;

import java.util.Locale;
import org.apache.kafka.common.config.ConfigDef;
import org.jspecify.annotations.Nullable;

/**
 * One key of the configuration.
 *
 * @param name the key, dotted and lower case
 * @param type what its text is parsed to
 * @param defaultText the value when nothing is set, as one would write it
 * @param validator what the value must hold; null where the type says enough
 * @param unit the unit of the value; empty where it has none
 * @param doc one line on what it does
 */
record ConfigKey(
        String name,
        ConfigDef.Type type,
        String defaultText,
        ConfigDef.@Nullable Validator validator,
        String unit,
        String doc) {
    private static final String ENVIRONMENT_PREFIX = "FRESHET_";

    /** The environment variable that sets this key. */
    String environmentName() {
        return ENVIRONMENT_PREFIX
                + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    void defineIn(ConfigDef definition) {
        definition.define(name, type, defaultText, validator, ConfigDef.Importance.MEDIUM, doc);
    }

    String markdownRow() {
        String shownDefault = defaultText.isEmpty() ? "" : "`" + defaultText + "`";
        return "| `" + name + "` | " + shownDefault + " | " + unit + " | " + doc + " |\n";
    }
}
