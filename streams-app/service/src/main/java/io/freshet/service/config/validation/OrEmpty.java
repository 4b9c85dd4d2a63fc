package io.freshet.service.config.validation;

import org.apache.kafka.common.config.ConfigDef;
import org.jspecify.annotations.Nullable;

/** Accepts the empty string, and whatever another validator accepts. */
public record OrEmpty(ConfigDef.Validator validator) implements ConfigDef.Validator {
    @Override
    public void ensureValid(String name, @Nullable Object value) {
        if (!"".equals(value)) {
            validator.ensureValid(name, value);
        }
    }

    @Override
    public String toString() {
        return validator + ", or empty";
    }
}
