package io.freshet.service.config;

import io.freshet.service.config.key.ConfigKey;
import io.freshet.service.config.key.TrainerKeys;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Earlier names of keys. They work until the next minor version. */
final class RenamedKeys {
    private static final Map<String, String> NEW_NAMES =
            Map.of("online.hurry.clicks", TrainerKeys.CATCHUP_CLICKS.name());

    private RenamedKeys() {}

    /**
     * Returns the settings of one source with the present names of their keys.
     *
     * @param earlier receives each earlier name that the source uses, and its present name
     * @throws ConfigException if a key is set by both names
     */
    static Map<String, String> renamed(Map<String, String> settings, BiConsumer<String, String> earlier) {
        Map<String, String> renamed = new HashMap<>(settings);
        NEW_NAMES.forEach((old, now) -> {
            String value = renamed.remove(old);
            if (value != null) {
                if (renamed.putIfAbsent(now, value) != null) {
                    throw new ConfigException(
                            old + " is the earlier name of " + now + ", and both are set: remove " + old);
                }
                earlier.accept(old, now);
            }
        });
        return renamed;
    }

    /** Describes an earlier name. */
    static String describe(String old, String now) {
        return old + " is now called " + now;
    }

    /** Returns the earlier key that an environment variable sets, or null. */
    static @Nullable String ofVariable(String environmentName) {
        for (String old : NEW_NAMES.keySet()) {
            if (environmentName.equals(ConfigKey.environmentName(old))) {
                return old;
            }
        }
        return null;
    }
}
