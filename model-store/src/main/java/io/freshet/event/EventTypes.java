package io.freshet.event;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the types of events mean. An event of most types stands in its user's history and is a target to learn from; there
 * are three exceptions.
 *
 * <ul>
 *   <li>A type may have a weight: how much its targets count in the loss beside others. With weight 0 it stands in the
 *       history and is never a target. A type that has none, and an event without a type, weighs 1.
 *   <li>A type that only filters marks the item as seen, and is nothing else.
 *   <li>A negative type takes back what the user did with the item before.
 * </ul>
 *
 * <p>Immutable. How they make a sequence into a history: {@link io.freshet.sequence.HistoryRows}.
 *
 * @param weights type → weight, 0 or from {@value #LEAST_WEIGHT} to {@value #MOST_WEIGHT}
 * @param filterOnly types that only filter
 * @param negative negative types
 */
public record EventTypes(Map<String, Float> weights, Set<String> filterOnly, Set<String> negative) {
    public static final float LEAST_WEIGHT = 1e-6f;
    public static final float MOST_WEIGHT = 1e6f;

    /** All types mean the same. */
    public static final EventTypes ALIKE = new EventTypes(Map.of(), Set.of(), Set.of());

    private static final float USUAL_WEIGHT = 1f;

    /** What an event is to its user's sequence. */
    public enum Meaning {
        /** It stands in the history. */
        IN_HISTORY,
        /** It marks the item as seen. */
        ONLY_SEEN,
        /** It takes back what was before. */
        TAKES_BACK
    }

    public EventTypes {
        weights = Map.copyOf(weights);
        filterOnly = Set.copyOf(filterOnly);
        negative = Set.copyOf(negative);
        weights.forEach(EventTypes::requireWeight);
        requireApart(weights.keySet(), "weights", filterOnly, "filterOnly");
        requireApart(weights.keySet(), "weights", negative, "negative");
        requireApart(filterOnly, "filterOnly", negative, "negative");
    }

    private static void requireWeight(String type, float weight) {
        if (weight != 0 && !(weight >= LEAST_WEIGHT && weight <= MOST_WEIGHT)) {
            throw new IllegalArgumentException("the weight of a type must be 0 or from " + LEAST_WEIGHT + " to "
                    + MOST_WEIGHT + ": type=" + type + " weight=" + weight);
        }
    }

    private static void requireApart(Set<String> some, String name, Set<String> others, String otherName) {
        Set<String> both = new TreeSet<>(some);
        both.retainAll(others);
        if (!both.isEmpty()) {
            throw new IllegalArgumentException(
                    "a type must have one meaning: " + both + " stand in " + name + " and in " + otherName);
        }
    }

    public Meaning meaning(@Nullable String type) {
        if (type == null) {
            return Meaning.IN_HISTORY;
        }
        if (filterOnly.contains(type)) {
            return Meaning.ONLY_SEEN;
        }
        return negative.contains(type) ? Meaning.TAKES_BACK : Meaning.IN_HISTORY;
    }

    /** How much an event of this type counts as a target; 0 where it is none. */
    public float weight(@Nullable String type) {
        if (type == null) {
            return USUAL_WEIGHT;
        }
        return meaning(type) == Meaning.IN_HISTORY ? weights.getOrDefault(type, USUAL_WEIGHT) : 0f;
    }

    /** Whether there is something to learn from events of this type. */
    public boolean isTarget(@Nullable String type) {
        return weight(type) > 0;
    }

    /** Puts what is not usual under names, for people and for comparisons; the same for equal types. */
    public void describeTo(Map<String, Object> values) {
        if (!weights.isEmpty()) {
            values.put("event_weights", new TreeMap<>(weights).toString());
        }
        if (!filterOnly.isEmpty()) {
            values.put("event_filter_only", new TreeSet<>(filterOnly).toString());
        }
        if (!negative.isEmpty()) {
            values.put("event_negative", new TreeSet<>(negative).toString());
        }
    }
}
