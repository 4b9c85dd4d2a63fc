package io.freshet.service.config;

import java.util.Optional;

/**
 * A key of the configuration with the value that a process uses.
 *
 * @param key the key, dotted and lower case
 * @param value the value as it was written; empty if it is a secret
 * @param origin the source that has set the value
 */
public record EffectiveSetting(String key, Optional<String> value, Origin origin) {
    /** Where a value comes from. Later constants override earlier ones. */
    public enum Origin {
        DEFAULT("default"),
        FILE("file"),
        ENVIRONMENT("environment"),
        OPTION("--set");

        private final String text;

        Origin(String text) {
            this.text = text;
        }

        /** Returns the name that a user sees. */
        @Override
        public String toString() {
            return text;
        }
    }
}
