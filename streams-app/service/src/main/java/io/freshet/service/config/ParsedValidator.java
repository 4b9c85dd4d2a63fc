package io.freshet.service.config;

import java.util.function.BiFunction;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Accepts the values that a parser can read.
 *
 * @param takes description of the accepted values, for the user
 * @param parser parses a key's value; throws {@link ConfigException} if the value is invalid
 */
record ParsedValidator(String takes, BiFunction<String, String, ?> parser) implements ConfigDef.Validator {
    @Override
    public void ensureValid(String name, @Nullable Object value) {
        var _ = parser.apply(name, String.valueOf(value));
    }

    @Override
    public String toString() {
        return takes;
    }
}
