package io.freshet.service.config;

import io.freshet.store.event.Click;
import io.freshet.store.event.EventTypes;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/** Parses the values of the keys that define the types of events. Error messages name the invalid part. */
final class EventTypesParser {
    private static final String OTHER_TYPES = "*";

    /** Accepts {@code type=weight} entries with commas. */
    static final ConfigDef.Validator WEIGHTS =
            new ParsedValidator("type=weight with commas", EventTypesParser::weights);

    /** Accepts {@code type=ms} entries with commas. */
    static final ConfigDef.Validator RETURNS = new ParsedValidator("type=ms with commas", EventTypesParser::returns);

    /** Accepts names of types with commas. */
    static final ConfigDef.Validator TYPES = new ParsedValidator("types with commas", EventTypesParser::types);

    private EventTypesParser() {}

    /**
     * Returns the types that three valid values define.
     *
     * @throws ConfigException if a type is in two of the values
     */
    static EventTypes parse(String weights, String filterOnly, String negative) {
        Map<String, Float> weightOf = weights(ConfigKeys.EVENTS_WEIGHTS, weights);
        Set<String> filters = types(ConfigKeys.EVENTS_FILTER_ONLY, filterOnly);
        Set<String> negatives = types(ConfigKeys.EVENTS_NEGATIVE, negative);
        requireApart(ConfigKeys.EVENTS_WEIGHTS, weightOf.keySet(), ConfigKeys.EVENTS_FILTER_ONLY, filters);
        requireApart(ConfigKeys.EVENTS_WEIGHTS, weightOf.keySet(), ConfigKeys.EVENTS_NEGATIVE, negatives);
        requireApart(ConfigKeys.EVENTS_FILTER_ONLY, filters, ConfigKeys.EVENTS_NEGATIVE, negatives);
        return new EventTypes(weightOf, filters, negatives);
    }

    private static void requireApart(String key, Set<String> types, String otherKey, Set<String> otherTypes) {
        for (String type : types) {
            if (otherTypes.contains(type)) {
                throw new ConfigException(
                        "An event type must be in one key only: " + type + " is in " + key + " and in " + otherKey);
            }
        }
    }

    private static Map<String, Float> weights(String key, String text) {
        Map<String, Float> weights = new LinkedHashMap<>();
        for (String part : parts(key, text)) {
            int equals = part.lastIndexOf('=');
            if (equals < 0) {
                throw new ConfigException(key, text, "must be type=weight with commas: \"" + part + "\" has no =");
            }
            String type = type(key, text, part.substring(0, equals));
            float weight = weight(key, text, part);
            if (weights.put(type, weight) != null) {
                throw new ConfigException(key, text, "must name each type once: " + type);
            }
        }
        return weights;
    }

    /** Returns the times after which seen items may be recommended again, from a valid value. */
    static RepeatPolicy repeats(String value) {
        Map<String, Long> afterMs = returns(ConfigKeys.EVENTS_SEEN_RETURN_MS, value);
        Long others = afterMs.remove(OTHER_TYPES);
        return new RepeatPolicy(afterMs, others == null ? RepeatPolicy.NEVER : others);
    }

    private static Map<String, Long> returns(String key, String text) {
        Map<String, Long> afterMs = new LinkedHashMap<>();
        for (String part : parts(key, text)) {
            int equals = part.lastIndexOf('=');
            if (equals < 0) {
                throw new ConfigException(key, text, "must be type=ms with commas: \"" + part + "\" has no =");
            }
            String type = type(key, text, part.substring(0, equals));
            if (afterMs.put(type, ms(key, text, part)) != null) {
                throw new ConfigException(key, text, "must name each type once: " + type);
            }
        }
        return afterMs;
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

    private static Set<String> types(String key, String text) {
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
