package io.freshet.store.sequence;

import io.freshet.client.click.Click;
import org.jspecify.annotations.Nullable;

/**
 * The part of a click that a user's sequence keeps.
 *
 * @param itemId non-empty
 * @param timestampMs the click's own time in epoch milliseconds
 * @param eventType kind of interaction
 * @param eventIdHash {@link EventIdHash} of the click's event id, or of a text that has the topic of the click as well;
 *     {@link #NO_EVENT_ID} if the click has no event id
 */
public record Interaction(
        String itemId, long timestampMs, @Nullable String eventType, long eventIdHash) {
    public static final long NO_EVENT_ID = 0;

    public Interaction {
        if (itemId.isEmpty()) {
            throw new IllegalArgumentException("itemId must not be empty: timestampMs=" + timestampMs);
        }
    }

    /** Returns the part of a click that a sequence keeps. */
    public static Interaction of(Click click) {
        String eventId = click.eventId();
        long hash = eventId == null ? NO_EVENT_ID : EventIdHash.of(eventId);
        return new Interaction(click.itemId(), click.timestampMs(), click.eventType(), hash);
    }
}
