package io.freshet.config;

import java.util.function.BiFunction;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a parser reads.
 *
 * @param takes what that is, for a person
 * @param parser reads a key's value; throws {@link ConfigException} where it cannot
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
