package io.freshet.service.config.key;

import io.freshet.client.click.Click;
import io.freshet.client.text.Utf8;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.utils.Utils;

/**
 * Forms that texts in the configuration must have. Each method returns the value of a text, or throws
 * {@link IllegalArgumentException} with a message that says what the text must be.
 */
final class TextForms {
    private static final Pattern FILE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final Pattern HOST_NAME =
            Pattern.compile("\\*|(\\*\\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*");
    private static final int HIGHEST_PORT = 65_535;
    private static final int MOST_HEADERS = 32;
    private static final int LONGEST_HEADER = 100;

    private TextForms() {}

    /** Accepts a name that is a plain folder name on every file system and a plain key prefix on S3. */
    static String fileName(String text) {
        require(
                FILE_NAME.matcher(text).matches(),
                "must be 1 to 100 of A-Z a-z 0-9 . _ - and must not begin with . _ or -: \"" + text + "\"");
        return text;
    }

    /** Accepts the topic names that Kafka accepts. */
    static String topicName(String text) {
        try {
            Topic.validate(text);
            return text;
        } catch (InvalidTopicException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Accepts names of topics, separated by commas, each of them once. */
    static List<String> topicNames(String text) {
        List<String> names = Arrays.stream(text.split(",", -1))
                .map(name -> topicName(name.strip()))
                .toList();
        require(Set.copyOf(names).size() == names.size(), "must name each topic once: \"" + text + "\"");
        return names;
    }

    /** Accepts the types that an event may have. */
    static String eventType(String text) {
        require(
                Utf8.length(text) >= 1 && Utf8.length(text) <= Click.MAX_EVENT_TYPE_BYTES,
                "must be valid text of at most " + Click.MAX_EVENT_TYPE_BYTES + " bytes of UTF-8");
        return text;
    }

    /** Accepts what a topic's name may begin with, and the empty string. */
    static String topicPrefix(String text) {
        return text.isEmpty() ? text : topicName(text);
    }

    /** Accepts host:port, and the empty string. */
    static String hostAndPort(String text) {
        Integer port = Utils.getHost(text) == null ? null : Utils.getPort(text);
        require(
                text.isEmpty() || (port != null && port >= 1 && port <= HIGHEST_PORT),
                "must be host:port, with a port from 1 to " + HIGHEST_PORT);
        return text;
    }

    /**
     * Accepts host names without ports, separated by commas, and returns them in lower case. A star may replace a whole
     * name, or its first labels: a star elsewhere would match names that anybody can register.
     */
    static List<String> hostNames(String text) {
        List<String> names = Arrays.stream(text.split(","))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .filter(name -> !name.isEmpty())
                .toList();
        names.forEach(name -> require(
                HOST_NAME.matcher(name).matches(),
                "must be names of hosts without ports, *.example.com, or *: name=" + name));
        return names;
    }

    /** Accepts addresses of HTTP servers. */
    static URI httpServer(String text) {
        try {
            URI uri = new URI(text);
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException _) {
            // Reported below, like any other invalid address.
        }
        throw new IllegalArgumentException("must be the address of a server, such as https://s3.example:9000");
    }

    /** Accepts addresses of schema registries: without a user, a query or a fragment. */
    static URI registry(String text) {
        URI uri = httpServer(text);
        require(
                uri.getRawUserInfo() == null && uri.getRawQuery() == null && uri.getRawFragment() == null,
                "must be an address without user, query and fragment; schema.registry.user has the user");
        return uri;
    }

    /** Accepts names of record headers, separated by commas. */
    static Set<String> headerNames(String text) {
        Set<String> names = new LinkedHashSet<>();
        for (String part : text.isBlank() ? new String[0] : text.split(",", -1)) {
            String name = part.strip();
            require(
                    !name.isEmpty() && name.length() <= LONGEST_HEADER,
                    "each name must have 1 to " + LONGEST_HEADER + " characters: \"" + name + "\"");
            names.add(name);
        }
        require(names.size() <= MOST_HEADERS, "must have at most " + MOST_HEADERS + " names: " + names.size());
        return names;
    }

    /** @throws IllegalArgumentException with the message, if the condition is not met */
    static void require(boolean met, String message) {
        if (!met) {
            throw new IllegalArgumentException(message);
        }
    }
}
