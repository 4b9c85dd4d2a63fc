package io.freshet.service.config.key;

import static io.freshet.service.config.key.TextForms.require;

import io.freshet.client.click.Click;
import io.freshet.store.event.EventTypes;
import io.freshet.store.sequence.RepeatPolicy;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** Parses the values of the keys that define the types of events. Error messages name the invalid part. */
final class EventTypesParser {
    private static final String OTHER_TYPES = "*";

    private EventTypesParser() {}

    /** Parses {@code type=weight} entries with commas. */
    static Map<String, Float> weights(String text) {
        return byType(text, "weight", EventTypesParser::weight);
    }

    /** Parses {@code type=ms} entries with commas. */
    static RepeatPolicy repeats(String text) {
        Map<String, Long> afterMs = byType(text, "ms", EventTypesParser::ms);
        Long others = afterMs.remove(OTHER_TYPES);
        return new RepeatPolicy(afterMs, others == null ? RepeatPolicy.NEVER : others);
    }

    /** Parses names of types with commas. */
    static Set<String> types(String text) {
        Set<String> types = new HashSet<>();
        for (String part : parts(text)) {
            require(types.add(type(part)), "must name each type once: " + part);
        }
        return types;
    }

    private static <V> Map<String, V> byType(String text, String what, Function<String, V> parser) {
        Map<String, V> values = new LinkedHashMap<>();
        for (String part : parts(text)) {
            int equals = part.lastIndexOf('=');
            require(equals >= 0, "must be type=" + what + " with commas: \"" + part + "\" has no =");
            String type = type(part.substring(0, equals));
            require(values.put(type, parser.apply(part)) == null, "must name each type once: " + type);
        }
        return values;
    }

    private static long ms(String part) {
        long ms;
        try {
            ms = Long.parseLong(number(part));
        } catch (NumberFormatException _) {
            ms = -1;
        }
        require(ms >= 0, "a time must be a whole number of ms, 0 or more: \"" + part + "\"");
        return ms;
    }

    private static float weight(String part) {
        float weight;
        try {
            weight = Float.parseFloat(number(part));
        } catch (NumberFormatException _) {
            throw new IllegalArgumentException("a weight must be a number: \"" + part + "\"");
        }
        require(
                weight == 0 || (weight >= EventTypes.LEAST_WEIGHT && weight <= EventTypes.MOST_WEIGHT),
                "a weight must be 0 or from 0.000001 to 1000000: \"" + part + "\"");
        return weight;
    }

    private static String number(String part) {
        return part.substring(part.lastIndexOf('=') + 1).strip();
    }

    private static String type(String name) {
        String type = name.strip();
        require(!type.isEmpty(), "a type must have a name");
        int bytes = type.getBytes(StandardCharsets.UTF_8).length;
        require(
                bytes <= Click.MAX_EVENT_TYPE_BYTES,
                "a type has at most " + Click.MAX_EVENT_TYPE_BYTES + " bytes: " + type + " has " + bytes);
        return type;
    }

    private static List<String> parts(String text) {
        if (text.isBlank()) {
            return List.of();
        }
        List<String> parts = Stream.of(text.split(",", -1)).map(String::strip).toList();
        require(!parts.contains(""), "there must be a type before and after each comma");
        return parts;
    }
}
