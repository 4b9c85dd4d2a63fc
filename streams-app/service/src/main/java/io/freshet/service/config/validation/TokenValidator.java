package io.freshet.service.config.validation;

import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Accepts a bearer token as RFC 6750 defines it, or the empty string. Its errors never repeat the value. */
public final class TokenValidator implements ConfigDef.Validator {
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9\\-._~+/]+=*");

    @Override
    public void ensureValid(String name, @Nullable Object value) {
        String text = String.valueOf(value);
        if (!text.isEmpty() && !TOKEN.matcher(text).matches()) {
            throw new ConfigException(name
                    + " must be letters, digits and - . _ ~ + /, with = at the end only: characters=" + text.length());
        }
    }

    @Override
    public String toString() {
        return "a bearer token";
    }
}
