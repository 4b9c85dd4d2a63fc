package io.freshet.service.config.key;

import io.freshet.store.event.Click;
import io.freshet.store.event.EventTypes;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigException;

/** Parses the values of the keys that define the types of events. Error messages name the invalid part. */
final class EventTypesParser {
    private static final String OTHER_TYPES = "*";

    private EventTypesParser() {}

    /** Parses {@code type=weight} entries with commas. */
    static Map<String, Float> weights(String key, String text) {
        return byType(key, text, "weight", EventTypesParser::weight);
    }

    /** Parses {@code type=ms} entries with commas. */
    static RepeatPolicy repeats(String key, String text) {
        Map<String, Long> afterMs = byType(key, text, "ms", EventTypesParser::ms);
        Long others = afterMs.remove(OTHER_TYPES);
        return new RepeatPolicy(afterMs, others == null ? RepeatPolicy.NEVER : others);
    }

    /** Parses the number of one entry. */
    @FunctionalInterface
    private interface Parser<V> {
        V parse(String key, String text, String entry);
    }

    private static <V> Map<String, V> byType(String key, String text, String what, Parser<V> parser) {
        Map<String, V> values = new LinkedHashMap<>();
        for (String part : parts(key, text)) {
            int equals = part.lastIndexOf('=');
            if (equals < 0) {
                throw new ConfigException(
                        key, text, "must be type=" + what + " with commas: \"" + part + "\" has no =");
            }
            String type = type(key, text, part.substring(0, equals));
            if (values.put(type, parser.parse(key, text, part)) != null) {
                throw new ConfigException(key, text, "must name each type once: " + type);
            }
        }
        return values;
    }

    private static long ms(String key, String text, String part) {
        String number = part.substring(part.lastIndexOf('=') + 1).strip();
        long ms;
        try {
            ms = Long.parseLong(number);
        } catch (NumberFormatException _) {
            ms = -1;
        }
        if (ms < 0) {
            throw new ConfigException(key, text, "a time must be a whole number of ms, 0 or more: \"" + part + "\"");
        }
        return ms;
    }

    private static float weight(String key, String text, String part) {
        String number = part.substring(part.lastIndexOf('=') + 1).strip();
        float weight;
        try {
            weight = Float.parseFloat(number);
        } catch (NumberFormatException _) {
            throw new ConfigException(key, text, "a weight must be a number: \"" + part + "\"");
        }
        if (weight != 0 && !(weight >= EventTypes.LEAST_WEIGHT && weight <= EventTypes.MOST_WEIGHT)) {
            throw new ConfigException(key, text, "a weight must be 0 or from 0.000001 to 1000000: \"" + part + "\"");
        }
        return weight;
    }

    /** Parses names of types with commas. */
    static Set<String> types(String key, String text) {
        Set<String> types = new HashSet<>();
        for (String part : parts(key, text)) {
            if (!types.add(type(key, text, part))) {
                throw new ConfigException(key, text, "must name each type once: " + part);
            }
        }
        return types;
    }

    private static String type(String key, String text, String name) {
        String type = name.strip();
        if (type.isEmpty()) {
            throw new ConfigException(key, text, "a type must have a name");
        }
        int bytes = type.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > Click.MAX_EVENT_TYPE_BYTES) {
            throw new ConfigException(
                    key,
                    text,
                    "a type has at most " + Click.MAX_EVENT_TYPE_BYTES + " bytes: " + type + " has " + bytes);
        }
        return type;
    }

    private static List<String> parts(String key, String text) {
        if (text.isBlank()) {
            return List.of();
        }
        List<String> parts = Stream.of(text.split(",", -1)).map(String::strip).toList();
        if (parts.contains("")) {
            throw new ConfigException(key, text, "there must be a type before and after each comma");
        }
        return parts;
    }
}
