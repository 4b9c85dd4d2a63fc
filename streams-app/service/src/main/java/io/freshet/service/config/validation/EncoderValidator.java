package io.freshet.service.config.validation;

import io.freshet.model.encoder.EncoderChoice;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Accepts the text of an {@link EncoderChoice}. */
public final class EncoderValidator implements ConfigDef.Validator {
    @Override
    public void ensureValid(String name, @Nullable Object value) {
        try {
            var _ = EncoderChoice.parse(String.valueOf(value));
        } catch (IllegalArgumentException e) {
            throw new ConfigException(name, value, e.getMessage());
        }
    }

    @Override
    public String toString() {
        return "an encoder's name, or dl4j:FILE";
    }
}
