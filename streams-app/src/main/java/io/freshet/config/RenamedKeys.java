package io.freshet.config;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Earlier names of keys. They work until the next minor version, with a warning. */
final class RenamedKeys {
    private static final Logger LOG = LoggerFactory.getLogger(RenamedKeys.class);

    private static final Map<String, String> NEW_NAMES =
            Map.of("online.hurry.clicks", ConfigKeys.ONLINE_CATCHUP_CLICKS);

    private RenamedKeys() {}

    /**
     * Returns the settings of one source with the present names of their keys.
     *
     * @throws ConfigException if a key is set by both names
     */
    static Map<String, String> renamed(Map<String, String> settings) {
        Map<String, String> renamed = new HashMap<>(settings);
        NEW_NAMES.forEach((old, now) -> {
            String value = renamed.remove(old);
            if (value != null) {
                if (renamed.putIfAbsent(now, value) != null) {
                    throw new ConfigException(
                            old + " is the earlier name of " + now + ", and both are set: remove " + old);
                }
                LOG.warn("{} is now called {}. The earlier name works until the next minor version.", old, now);
            }
        });
        return renamed;
    }

    /** Returns the earlier key that an environment variable sets, or null. */
    static @Nullable String ofVariable(String environmentName) {
        for (String old : NEW_NAMES.keySet()) {
            if (environmentName.equals("FRESHET_" + old.toUpperCase(Locale.ROOT).replace('.', '_'))) {
                return old;
            }
        }
        return null;
    }
}
