package io.freshet.sequence;

import io.freshet.event.Click;
import org.jspecify.annotations.Nullable;

/**
 * What a user's sequence keeps of a click.
 *
 * @param itemId non-empty
 * @param timestampMs the click's own time in epoch milliseconds
 * @param eventType what kind of interaction it was
 * @param eventIdHash {@link EventIdHash} of the click's event id, {@link #NO_EVENT_ID} where it has none
 */
public record Interaction(
        String itemId, long timestampMs, @Nullable String eventType, long eventIdHash) {
    public static final long NO_EVENT_ID = 0;

    public Interaction {
        if (itemId.isEmpty()) {
            throw new IllegalArgumentException("itemId must not be empty: timestampMs=" + timestampMs);
        }
    }

    public static Interaction of(Click click) {
        String eventId = click.eventId();
        long hash = eventId == null ? NO_EVENT_ID : EventIdHash.of(eventId);
        return new Interaction(click.itemId(), click.timestampMs(), click.eventType(), hash);
    }
}
