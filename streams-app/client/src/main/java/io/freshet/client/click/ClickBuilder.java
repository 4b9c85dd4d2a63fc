package io.freshet.client.click;

import io.freshet.client.click.MalformedClickException.Reason;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Collects the fields of one click from a record of any format, with the checks and the reasons of {@link ClickCodec}. A
 * field that was never set, and an optional field that is empty, is absent. Used once, by one thread.
 */
public final class ClickBuilder {
    /** A field of a click. */
    public enum Field {
        /** Required: a text or an integer. */
        USER("user_id", Reason.BAD_USER_ID),
        /** Required: a text or an integer. */
        ITEM("item_id", Reason.BAD_ITEM_ID),
        /** Required: an integer, or a text in the form of {@link IsoTimestamp}. */
        TIME("timestamp", Reason.BAD_TIMESTAMP),
        /** Optional: a text. */
        TYPE("event_type", Reason.BAD_EVENT_TYPE),
        /** Optional: a text or an integer. */
        EVENT_ID("event_id", Reason.BAD_EVENT_ID);

        private final String jsonName;
        private final Reason bad;

        Field(String jsonName, Reason bad) {
            this.jsonName = jsonName;
            this.bad = bad;
        }

        /** Returns the field's name in Freshet's own JSON. */
        public String jsonName() {
            return jsonName;
        }
    }

    /** The largest number of digits of an integer that is parsed as a time: those of a long. */
    private static final int MOST_DIGITS = 19;

    private final Map<Field, String> names;
    private final TimeUnit unit;
    private final Map<Field, String> texts = new EnumMap<>(Field.class);
    private @Nullable Long timestampMs;

    /**
     * @param names each field's name in the record, for messages; a field without one has its {@link Field#jsonName}
     * @param unit the unit of times that are integers
     */
    public ClickBuilder(Map<Field, String> names, TimeUnit unit) {
        this.names = names;
        this.unit = unit;
    }

    /**
     * Sets a field to a text.
     *
     * @throws MalformedClickException if the field is set already, or a time is not in ISO-8601
     */
    public void text(Field field, String text) throws MalformedClickException {
        requireFirst(field);
        if (field == Field.TIME) {
            timestampMs = checkedMs(IsoTimestamp.parseMs(text));
        } else {
            texts.put(field, text);
        }
    }

    /**
     * Sets a field to an integer. An id is the integer's text as written.
     *
     * @param digits the integer in decimal digits, with a minus sign if it is negative
     * @throws MalformedClickException if the field is set already, a time is out of range, or a type is an integer
     */
    public void integer(Field field, String digits) throws MalformedClickException {
        requireFirst(field);
        switch (field) {
            case USER, ITEM, EVENT_ID -> texts.put(field, digits);
            case TIME -> timestampMs = checkedMs(millis(digits));
            case TYPE -> throw unreadable(field, "an integer");
        }
    }

    /**
     * Sets the time, whose unit the record says.
     *
     * @param time the time since 1970 in the unit
     * @throws MalformedClickException if the time is set already or out of range
     */
    public void time(long time, TimeUnit ofTime) throws MalformedClickException {
        requireFirst(Field.TIME);
        timestampMs = checkedMs(time < 0 ? -1 : ofTime.toMillis(time));
    }

    /**
     * Returns the error for a field whose value is of another kind.
     *
     * @param kind what the value is
     */
    public MalformedClickException unreadable(Field field, String kind) {
        String expected = switch (field) {
            case USER, ITEM, TIME, EVENT_ID -> " must be a string or an integer: it is ";
            case TYPE -> " must be a string: it is ";
        };
        return new MalformedClickException(field.bad, name(field) + expected + kind);
    }

    /**
     * Returns the click.
     *
     * @throws MalformedClickException if a required field is absent, or a text is too long or has forbidden characters
     */
    public Click build() throws MalformedClickException {
        String user = ClickReader.idOf(
                name(Field.USER), texts.getOrDefault(Field.USER, ""), Reason.MISSING_USER_ID, Reason.BAD_USER_ID);
        String item = ClickReader.idOf(
                name(Field.ITEM), texts.getOrDefault(Field.ITEM, ""), Reason.MISSING_ITEM_ID, Reason.BAD_ITEM_ID);
        Long timeMs = timestampMs;
        if (timeMs == null) {
            throw ClickReader.missing(Reason.MISSING_TIMESTAMP, name(Field.TIME));
        }
        return new Click(
                user,
                item,
                timeMs,
                optional(Field.TYPE, Click.MAX_EVENT_TYPE_BYTES, Reason.EVENT_TYPE_TOO_LONG),
                optional(Field.EVENT_ID, Click.MAX_EVENT_ID_BYTES, Reason.EVENT_ID_TOO_LONG));
    }

    private @Nullable String optional(Field field, int maxBytes, Reason tooLong) throws MalformedClickException {
        return ClickReader.optionalOf(name(field), texts.getOrDefault(field, ""), maxBytes, field.bad, tooLong);
    }

    private void requireFirst(Field field) throws MalformedClickException {
        if (texts.containsKey(field) || (field == Field.TIME && timestampMs != null)) {
            throw new MalformedClickException(Reason.DUPLICATE_FIELD, "field must occur once: field=" + name(field));
        }
    }

    /** Returns the time in milliseconds, or -1, which is not a valid time, if it is negative or too large for a long. */
    private long millis(String digits) {
        if (digits.length() > MOST_DIGITS) {
            return -1;
        }
        try {
            long time = Long.parseLong(digits);
            return time < 0 ? -1 : unit.toMillis(time);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private long checkedMs(long ms) throws MalformedClickException {
        if (ms < 0 || ms > Click.MAX_TIMESTAMP_MS) {
            throw new MalformedClickException(
                    Reason.BAD_TIMESTAMP,
                    name(Field.TIME) + " must be a time since 1970 in "
                            + unit.name().toLowerCase(Locale.ROOT)
                            + " and before the year 10000, or an ISO-8601 date-time with an offset");
        }
        return ms;
    }

    private String name(Field field) {
        return names.getOrDefault(field, field.jsonName);
    }
}
