package io.freshet.client.click;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.freshet.client.click.MalformedClickException.Reason;
import io.freshet.client.text.Utf8;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads one click from the start of a parser to its end. Used once. */
final class ClickReader {
    private static final long NO_TIMESTAMP = Long.MIN_VALUE;

    private final JsonParser parser;
    private @Nullable String userId;
    private @Nullable String itemId;
    private long timestampMs = NO_TIMESTAMP;
    private @Nullable String eventType;
    private @Nullable String eventId;
    private int seenFields;

    ClickReader(JsonParser parser) {
        this.parser = parser;
    }

    Click read() throws IOException, MalformedClickException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            throw new MalformedClickException(Reason.NOT_JSON, "record must be JSON: it is blank");
        }
        if (first != JsonToken.START_OBJECT) {
            throw new MalformedClickException(Reason.NOT_AN_OBJECT, "record must be a JSON object: it is " + first);
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            readField(parser.currentName());
        }
        if (parser.nextToken() != null) {
            throw new MalformedClickException(
                    Reason.NOT_JSON, "nothing must follow the JSON object: " + parser.currentToken() + " follows");
        }
        return toClick();
    }

    private void readField(String name) throws IOException, MalformedClickException {
        JsonToken value = parser.nextToken();
        switch (name) {
            case "user_id" -> {
                requireFirst(name, 1);
                userId = id(name, value, Reason.MISSING_USER_ID, Reason.BAD_USER_ID);
            }
            case "item_id" -> {
                requireFirst(name, 1 << 1);
                itemId = id(name, value, Reason.MISSING_ITEM_ID, Reason.BAD_ITEM_ID);
            }
            case "timestamp" -> {
                requireFirst(name, 1 << 2);
                timestampMs = timestamp(value);
            }
            case "event_type" -> {
                requireFirst(name, 1 << 3);
                eventType = optional(
                        name, value, Click.MAX_EVENT_TYPE_BYTES, Reason.BAD_EVENT_TYPE, Reason.EVENT_TYPE_TOO_LONG);
            }
            case "event_id" -> {
                requireFirst(name, 1 << 4);
                eventId =
                        optional(name, value, Click.MAX_EVENT_ID_BYTES, Reason.BAD_EVENT_ID, Reason.EVENT_ID_TOO_LONG);
            }
            default -> parser.skipChildren();
        }
    }

    private void requireFirst(String name, int bit) throws MalformedClickException {
        if ((seenFields & bit) != 0) {
            throw new MalformedClickException(Reason.DUPLICATE_FIELD, "field must occur once: field=" + name);
        }
        seenFields |= bit;
    }

    private String id(String name, JsonToken value, Reason missing, Reason bad)
            throws IOException, MalformedClickException {
        if (value == JsonToken.VALUE_NULL) {
            throw missing(missing, name);
        }
        if (value != JsonToken.VALUE_STRING && value != JsonToken.VALUE_NUMBER_INT) {
            throw new MalformedClickException(bad, name + " must be a string or an integer: it is " + value);
        }
        return idOf(name, parser.getText(), missing, bad);
    }

    /** Checks the text of a user's or an item's id and returns it. */
    static String idOf(String name, String text, Reason missing, Reason bad) throws MalformedClickException {
        if (text.isEmpty()) {
            throw missing(missing, name);
        }
        requireFits(name, text, Click.MAX_ID_BYTES, bad, Reason.ID_TOO_LONG);
        int control = Click.controlCharacterIn(text);
        if (control >= 0) {
            throw new MalformedClickException(bad, name + " must have no control character: position=" + control);
        }
        return text;
    }

    private @Nullable String optional(String name, JsonToken value, int maxBytes, Reason bad, Reason tooLong)
            throws IOException, MalformedClickException {
        if (value == JsonToken.VALUE_NULL) {
            return null;
        }
        if (value != JsonToken.VALUE_STRING) {
            throw new MalformedClickException(bad, name + " must be a string: it is " + value);
        }
        return optionalOf(name, parser.getText(), maxBytes, bad, tooLong);
    }

    /** Checks an optional text and returns it, or null if it is empty. */
    static @Nullable String optionalOf(String name, String text, int maxBytes, Reason bad, Reason tooLong)
            throws MalformedClickException {
        requireFits(name, text, maxBytes, bad, tooLong);
        return text.isEmpty() ? null : text;
    }

    private static void requireFits(String name, String text, int maxBytes, Reason bad, Reason tooLong)
            throws MalformedClickException {
        int bytes = Utf8.length(text);
        if (bytes == Utf8.UNPAIRED_SURROGATE) {
            throw new MalformedClickException(bad, name + " must have no unpaired surrogate");
        }
        if (bytes > maxBytes) {
            throw new MalformedClickException(
                    tooLong, name + " must have at most " + maxBytes + " bytes of UTF-8: bytes=" + bytes);
        }
    }

    private long timestamp(JsonToken value) throws IOException, MalformedClickException {
        long ms = switch (value) {
            case VALUE_NULL -> throw missing(Reason.MISSING_TIMESTAMP, "timestamp");
            case VALUE_NUMBER_INT -> epochMs();
            case VALUE_STRING -> IsoTimestamp.parseMs(parser.getText());
            default ->
                throw new MalformedClickException(
                        Reason.BAD_TIMESTAMP, "timestamp must be an integer or a string: it is " + value);
        };
        if (ms < 0 || ms > Click.MAX_TIMESTAMP_MS) {
            throw new MalformedClickException(
                    Reason.BAD_TIMESTAMP,
                    "timestamp must be epoch ms in [0, " + Click.MAX_TIMESTAMP_MS
                            + "] or an ISO-8601 date-time with an offset");
        }
        return ms;
    }

    /**
     * Returns the number, or -1, which is not a valid timestamp, if it has too many digits. It is never parsed as a big
     * integer.
     */
    private long epochMs() throws IOException {
        return parser.getTextLength() <= 15 ? parser.getLongValue() : -1;
    }

    private Click toClick() throws MalformedClickException {
        if (userId == null) {
            throw missing(Reason.MISSING_USER_ID, "user_id");
        }
        if (itemId == null) {
            throw missing(Reason.MISSING_ITEM_ID, "item_id");
        }
        if (timestampMs == NO_TIMESTAMP) {
            throw missing(Reason.MISSING_TIMESTAMP, "timestamp");
        }
        return new Click(userId, itemId, timestampMs, eventType, eventId);
    }

    static MalformedClickException missing(Reason reason, String name) {
        return new MalformedClickException(reason, name + " must be present and not empty");
    }
}
