package io.freshet.service.config.validation;

import java.net.URI;
import java.net.URISyntaxException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** Accepts addresses of HTTP servers, and the empty string. */
public final class EndpointValidator implements ConfigDef.Validator {
    @Override
    public void ensureValid(String name, @Nullable Object value) {
        String text = String.valueOf(value);
        if (!text.isEmpty() && !isAddress(text)) {
            throw new ConfigException(name, value, "must be the address of a server, such as https://s3.example:9000");
        }
    }

    private static boolean isAddress(String text) {
        try {
            URI uri = new URI(text);
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "http(s)://host:port";
    }
}
