package io.freshet.store.sequence;

import io.freshet.store.event.EventTypes;
import java.util.HashMap;
import java.util.Map;

/**
 * The time after an event, by its type, at which the item may be recommended to the same user again. Immutable.
 *
 * @param afterMs type → time in milliseconds; 0 for at once
 * @param othersMs the time for types that are not named, and for events without a type
 */
public record RepeatPolicy(Map<String, Long> afterMs, long othersMs) {
    /** The time for items that are never recommended again. */
    public static final long NEVER = Long.MAX_VALUE;

    /** No seen item is recommended again. */
    public static final RepeatPolicy OF_NOTHING = new RepeatPolicy(Map.of(), NEVER);

    /** Each seen item may be recommended again at once. */
    public static final RepeatPolicy OF_ALL = new RepeatPolicy(Map.of(), 0);

    public RepeatPolicy {
        afterMs = Map.copyOf(afterMs);
    }

    /**
     * Returns this policy for items of the history that may return at once, unless their type is named. Events that are not
     * in the history, because they only mark an item as seen or are negative, go on to hide their items.
     */
    public RepeatPolicy returningAtOnce(EventTypes types) {
        if (othersMs != NEVER) {
            return this;
        }
        Map<String, Long> after = new HashMap<>();
        types.filterOnly().forEach(type -> after.put(type, NEVER));
        types.negative().forEach(type -> after.put(type, NEVER));
        after.putAll(afterMs);
        return new RepeatPolicy(after, 0);
    }

    /**
     * Returns whether an event still prevents its item from being recommended again.
     *
     * @param nowMs the time of the answer, in epoch milliseconds
     */
    public boolean hides(Interaction event, long nowMs) {
        long untilMs = hiddenUntilMs(event);
        return untilMs == NEVER || nowMs < untilMs;
    }

    /**
     * Returns the time from which on an event does not prevent its item from being recommended again, in epoch milliseconds:
     * {@link #NEVER} if it always does, or a time before all others if it never does.
     */
    long hiddenUntilMs(Interaction event) {
        String type = event.eventType();
        long after = type == null ? othersMs : afterMs.getOrDefault(type, othersMs);
        if (after <= 0) {
            return Long.MIN_VALUE;
        }
        return after >= NEVER - Math.max(0, event.timestampMs()) ? NEVER : event.timestampMs() + after;
    }
}
