package io.freshet.event;

import io.freshet.format.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * One user's click on one item.
 *
 * @param userId non-empty, at most {@value #MAX_ID_BYTES} bytes of UTF-8
 * @param itemId non-empty, at most {@value #MAX_ID_BYTES} bytes of UTF-8
 * @param timestampMs when it happened by the producer's clock, in [0, {@value #MAX_TIMESTAMP_MS}]
 * @param eventType what kind of interaction it was, at most {@value #MAX_EVENT_TYPE_BYTES} bytes of UTF-8
 * @param eventId the producer's identity of this event, by which a repetition is known, at most
 *     {@value #MAX_EVENT_ID_BYTES} bytes of UTF-8
 */
public record Click(
        String userId,
        String itemId,
        long timestampMs,
        @Nullable String eventType,
        @Nullable String eventId) {
    public static final int MAX_ID_BYTES = 256;
    public static final int MAX_EVENT_TYPE_BYTES = 64;
    public static final int MAX_EVENT_ID_BYTES = 256;

    /** The last millisecond of the year 9999: beyond it ISO-8601 has no ordinary form. */
    public static final long MAX_TIMESTAMP_MS = 253_402_300_799_999L;

    public Click {
        requireText("userId", userId, MAX_ID_BYTES);
        requireText("itemId", itemId, MAX_ID_BYTES);
        if (timestampMs < 0 || timestampMs > MAX_TIMESTAMP_MS) {
            throw new IllegalArgumentException(
                    "timestampMs must be in [0, " + MAX_TIMESTAMP_MS + "]: timestampMs=" + timestampMs);
        }
        if (eventType != null) {
            requireText("eventType", eventType, MAX_EVENT_TYPE_BYTES);
        }
        if (eventId != null) {
            requireText("eventId", eventId, MAX_EVENT_ID_BYTES);
        }
    }

    private static void requireText(String name, String text, int maxBytes) {
        int bytes = Utf8.length(text);
        if (bytes < 1 || bytes > maxBytes) {
            throw new IllegalArgumentException(name + " must be valid text of 1 to " + maxBytes
                    + " bytes of UTF-8: bytes=" + bytes + ", chars=" + text.length());
        }
    }
}
