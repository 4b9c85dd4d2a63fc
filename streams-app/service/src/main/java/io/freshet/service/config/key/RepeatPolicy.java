package io.freshet.service.config.key;

import io.freshet.store.sequence.Interaction;
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

    public RepeatPolicy {
        afterMs = Map.copyOf(afterMs);
    }

    /**
     * Returns whether an event still prevents its item from being recommended again.
     *
     * @param nowMs the time of the answer, in epoch milliseconds
     */
    public boolean hides(Interaction event, long nowMs) {
        String type = event.eventType();
        long after = type == null ? othersMs : afterMs.getOrDefault(type, othersMs);
        return after == NEVER || (after > 0 && event.timestampMs() > nowMs - after);
    }
}
