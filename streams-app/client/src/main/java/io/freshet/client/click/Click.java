package io.freshet.client.click;

import io.freshet.client.text.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * One user's click on one item.
 *
 * @param userId non-empty, at most {@value #MAX_ID_BYTES} bytes of UTF-8, without control characters
 * @param itemId non-empty, at most {@value #MAX_ID_BYTES} bytes of UTF-8, without control characters
 * @param timestampMs time of the click by the producer's clock, in [0, {@value #MAX_TIMESTAMP_MS}]
 * @param eventType kind of interaction, at most {@value #MAX_EVENT_TYPE_BYTES} bytes of UTF-8
 * @param eventId the producer's id of this event, used to detect duplicates, at most {@value #MAX_EVENT_ID_BYTES} bytes
 *     of UTF-8
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

    /** The last millisecond of the year 9999, the last that plain ISO-8601 can express. */
    public static final long MAX_TIMESTAMP_MS = 253_402_300_799_999L;

    public Click {
        requireId("userId", userId);
        requireId("itemId", itemId);
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

    /**
     * Returns the position of the first control character in an id, U+0000 to U+001F and U+007F to U+009F, or -1 if there
     * is none. A user with such an id could be neither read nor erased over HTTP, because servers reject control
     * characters in a URL's path.
     */
    public static int controlCharacterIn(String id) {
        for (int i = 0; i < id.length(); i++) {
            if (Character.isISOControl(id.charAt(i))) {
                return i;
            }
        }
        return -1;
    }

    private static void requireId(String name, String id) {
        requireText(name, id, MAX_ID_BYTES);
        int control = controlCharacterIn(id);
        if (control >= 0) {
            throw new IllegalArgumentException(name + " must have no control character: position=" + control);
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
