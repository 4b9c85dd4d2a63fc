package io.freshet.config;

import io.freshet.sequence.Interaction;
import java.util.Map;

/**
 * When an item that a user has seen may come back to the user: so long after the event, by the event's type. Immutable.
 *
 * @param afterMs type → time in milliseconds; 0 for at once
 * @param othersMs the time of types that are not named, and of events without a type
 */
public record SeenReturn(Map<String, Long> afterMs, long othersMs) {
    /** The time of what does not come back. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Nothing comes back. */
    public static final SeenReturn OF_NOTHING = new SeenReturn(Map.of(), NEVER);

    public SeenReturn {
        afterMs = Map.copyOf(afterMs);
    }

    /**
     * Whether an event keeps its item from coming back.
     *
     * @param nowMs the time of the answer, in epoch milliseconds
     */
    public boolean hides(Interaction event, long nowMs) {
        String type = event.eventType();
        long after = type == null ? othersMs : afterMs.getOrDefault(type, othersMs);
        return after == NEVER || (after > 0 && event.timestampMs() > nowMs - after);
    }
}
