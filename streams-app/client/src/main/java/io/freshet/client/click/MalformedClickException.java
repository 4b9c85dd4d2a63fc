package io.freshet.client.click;

import org.jspecify.annotations.Nullable;

/**
 * Thrown for a record of {@code clicks} that is not a click. Such a record goes to {@code dead-letters} with
 * {@link Reason#code()}.
 */
public final class MalformedClickException extends Exception {
    /** Why a record is not a click. The codes appear in headers of dead letters and in metrics, so they never change. */
    public enum Reason {
        RECORD_TOO_LARGE("record-too-large"),
        /** The record is not in the format that the configuration names, such as CloudEvents. */
        NOT_IN_FORMAT("not-in-format"),
        /** The schema registry does not have the schema that the record names. */
        UNKNOWN_SCHEMA("unknown-schema"),
        /** The record's schema cannot be parsed, or has no place for the user, the item or the time. */
        UNUSABLE_SCHEMA("unusable-schema"),
        NOT_JSON("not-json"),
        NOT_AN_OBJECT("not-an-object"),
        DUPLICATE_FIELD("duplicate-field"),
        MISSING_USER_ID("missing-user-id"),
        MISSING_ITEM_ID("missing-item-id"),
        MISSING_TIMESTAMP("missing-timestamp"),
        BAD_USER_ID("bad-user-id"),
        BAD_ITEM_ID("bad-item-id"),
        BAD_TIMESTAMP("bad-timestamp"),
        BAD_EVENT_TYPE("bad-event-type"),
        BAD_EVENT_ID("bad-event-id"),
        ID_TOO_LONG("id-too-long"),
        EVENT_TYPE_TOO_LONG("event-type-too-long"),
        EVENT_ID_TOO_LONG("event-id-too-long");

        private final String code;

        Reason(String code) {
            this.code = code;
        }

        /** Returns the reason in kebab case. */
        public String code() {
            return code;
        }
    }

    private final Reason reason;

    /** @param message the violated condition, and the value that was found */
    public MalformedClickException(Reason reason, String message) {
        this(reason, message, null);
    }

    /**
     * @param message the violated condition, and the value that was found
     * @param cause the parser's exception, if there is one
     */
    public MalformedClickException(Reason reason, String message, @Nullable Throwable cause) {
        // No stack trace: it would always be the parser's, and a flood of malformed records must stay cheap.
        super(message, cause, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
