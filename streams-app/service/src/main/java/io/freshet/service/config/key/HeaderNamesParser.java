package io.freshet.service.config.key;

import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.kafka.common.config.ConfigException;

/** Parses names of record headers, separated by commas. */
final class HeaderNamesParser {
    private static final int MOST_NAMES = 32;
    private static final int LONGEST_NAME = 100;

    private HeaderNamesParser() {}

    static Set<String> parse(String key, String text) {
        Set<String> names = new LinkedHashSet<>();
        for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            String name = part.strip();
            if (name.isEmpty() || name.length() > LONGEST_NAME) {
                throw new ConfigException(
                        key, text, "each name must have 1 to " + LONGEST_NAME + " characters: \"" + name + "\"");
            }
            names.add(name);
        }
        if (names.size() > MOST_NAMES) {
            throw new ConfigException(key, text, "must have at most " + MOST_NAMES + " names: " + names.size());
        }
        return names;
    }
}
