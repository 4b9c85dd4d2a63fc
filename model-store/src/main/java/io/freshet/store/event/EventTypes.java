package io.freshet.store.event;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of event types. By default an event is part of its user's history and is a training target. There are
 * three exceptions.
 *
 * <ul>
 *   <li>A type may have a weight, by which its targets count in the loss. With weight 0 its events are in the history
 *       and are never targets. A type without a weight, and an event without a type, has weight 1.
 *   <li>A filter-only type marks the item as seen and has no other effect.
 *   <li>A negative type removes the user's earlier events on the item.
 * </ul>
 *
 * <p>Immutable. {@link io.freshet.store.sequence.HistoryRows} applies these rules to a sequence.
 *
 * @param weights weight by type, 0 or from {@value #LEAST_WEIGHT} to {@value #MOST_WEIGHT}
 * @param filterOnly filter-only types
 * @param negative negative types
 */
public record EventTypes(Map<String, Float> weights, Set<String> filterOnly, Set<String> negative) {
    public static final float LEAST_WEIGHT = 1e-6f;
    public static final float MOST_WEIGHT = 1e6f;

    /** No exceptions: all types have the default meaning. */
    public static final EventTypes ALIKE = new EventTypes(Map.of(), Set.of(), Set.of());

    private static final float USUAL_WEIGHT = 1f;

    /** The effect of an event on its user's history. */
    public enum Meaning {
        /** The event is part of the history. */
        IN_HISTORY,
        /** The event only marks the item as seen. */
        ONLY_SEEN,
        /** The event removes earlier events on the item. */
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
                    "a type must have one meaning: " + both + " are in " + name + " and in " + otherName);
        }
    }

    /** Returns the effect of events of this type. Events without a type (null) are in the history. */
    public Meaning meaning(@Nullable String type) {
        if (type == null) {
            return Meaning.IN_HISTORY;
        }
        if (filterOnly.contains(type)) {
            return Meaning.ONLY_SEEN;
        }
        return negative.contains(type) ? Meaning.TAKES_BACK : Meaning.IN_HISTORY;
    }

    /** Returns the weight of an event of this type as a training target; 0 if it is not a target. */
    public float weight(@Nullable String type) {
        if (type == null) {
            return USUAL_WEIGHT;
        }
        return meaning(type) == Meaning.IN_HISTORY ? weights.getOrDefault(type, USUAL_WEIGHT) : 0f;
    }

    /** Returns whether events of this type are training targets. */
    public boolean isTarget(@Nullable String type) {
        return weight(type) > 0;
    }

    /**
     * Adds every setting that is not the default to {@code values}, for display and for comparisons. Equal types add
     * equal entries.
     */
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
