package io.freshet.service.config.validation;

import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Accepts a name that is a plain folder name on every file system and a plain key prefix on S3. */
public final class FileNameValidator implements ConfigDef.Validator {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    @Override
    public void ensureValid(String name, @Nullable Object value) {
        if (!PLAIN.matcher(String.valueOf(value)).matches()) {
            throw new ConfigException(
                    name, value, "must be 1 to 100 of A-Z a-z 0-9 . _ - and must not begin with . _ or -");
        }
    }

    @Override
    public String toString() {
        return "a plain name";
    }
}
