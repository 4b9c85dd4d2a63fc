package io.freshet.service.config.validation;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/** Accepts host:port, and the empty string. */
public final class HostAndPortValidator implements ConfigDef.Validator {
    private static final int HIGHEST_PORT = 65_535;

    @Override
    public void ensureValid(String name, @Nullable Object value) {
        String text = String.valueOf(value);
        if (text.isEmpty()) {
            return;
        }
        Integer port = Utils.getHost(text) == null ? null : Utils.getPort(text);
        if (port == null || port < 1 || port > HIGHEST_PORT) {
            throw new ConfigException(name, value, "must be host:port, with a port from 1 to " + HIGHEST_PORT);
        }
    }

    @Override
    public String toString() {
        return "host:port";
    }
}
