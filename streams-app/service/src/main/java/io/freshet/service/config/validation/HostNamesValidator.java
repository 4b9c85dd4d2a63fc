package io.freshet.service.config.validation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Accepts host names without ports, separated by commas. A star may replace a whole name, or its first labels: a star
 * elsewhere would match names that anybody can register.
 */
public final class HostNamesValidator implements ConfigDef.Validator {
    private static final Pattern NAME =
            Pattern.compile("\\*|(\\*\\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*");

    /** Returns the names in lower case. */
    public static List<String> namesIn(String value) {
        return Arrays.stream(value.split(","))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    @Override
    public void ensureValid(String name, @Nullable Object value) {
        for (String host : namesIn(String.valueOf(value))) {
            if (!NAME.matcher(host).matches()) {
                throw new ConfigException(
                        name, value, "must be names of hosts without ports, *.example.com, or *: name=" + host);
            }
        }
    }

    @Override
    public String toString() {
        return "names of hosts with commas between them";
    }
}
