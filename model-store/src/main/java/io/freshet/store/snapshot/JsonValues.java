package io.freshet.store.snapshot;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Normalises the free-form values of a manifest to the types that they have when read back: integers as {@code Long},
 * fractions as {@code Double}, maps sorted by key. The result is immutable.
 */
final class JsonValues {
    private JsonValues() {}

    static Map<String, Object> normalised(Map<String, ?> values) {
        Map<String, Object> sorted = new TreeMap<>();
        values.forEach((key, value) -> sorted.put(key, normalised(key, value)));
        return Collections.unmodifiableMap(sorted);
    }

    static Map<String, Double> finite(Map<String, Double> values) {
        Map<String, Double> sorted = new TreeMap<>();
        values.forEach((key, value) -> sorted.put(key, requireFinite(key, value)));
        return Collections.unmodifiableMap(sorted);
    }

    private static Object normalised(String key, Object value) {
        return switch (value) {
            case String text -> text;
            case Boolean flag -> flag;
            case Long number -> number;
            case Integer number -> number.longValue();
            case Double number -> requireFinite(key, number);
            // Converts by way of the decimal text: 0.001f stays 0.001 instead of becoming 0.0010000000474974513.
            case Float number -> requireFinite(key, Double.valueOf(number.toString()));
            case Collection<?> list -> normalised(key, list);
            case Map<?, ?> map -> normalisedKeys(map);
            default ->
                throw new IllegalArgumentException("value must be text, a flag, a number, a list or a map: " + key + "="
                        + value + " of " + value.getClass());
        };
    }

    private static List<Object> normalised(String key, Collection<?> list) {
        return list.stream().map(value -> normalised(key, value)).toList();
    }

    private static Map<String, Object> normalisedKeys(Map<?, ?> map) {
        Map<String, Object> sorted = new TreeMap<>();
        map.forEach((key, value) -> sorted.put(key.toString(), normalised(key.toString(), value)));
        return Collections.unmodifiableMap(sorted);
    }

    private static Double requireFinite(String key, Double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("number must be finite, as JSON has no others: " + key + "=" + value);
        }
        return value;
    }
}
