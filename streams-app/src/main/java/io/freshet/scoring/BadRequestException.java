package io.freshet.scoring;

import org.jspecify.annotations.Nullable;

/** A request that cannot be answered as it is; the message names the field, what must hold, and the value. */
public final class BadRequestException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why; the codes stand in dead letters' headers, in answers and in metrics, so they never change. */
    public enum Reason {
        REQUEST_TOO_LARGE("request-too-large"),
        NOT_JSON("not-json"),
        NOT_AN_OBJECT("not-an-object"),
        UNKNOWN_FIELD("unknown-field"),
        DUPLICATE_FIELD("duplicate-field"),
        MISSING_FIELD("missing-field"),
        BAD_FIELD("bad-field"),
        /** A field that needs a catalogue where none is read. */
        NO_CATALOGUE("no-catalogue");

        private final String code;

        Reason(String code) {
            this.code = code;
        }

        /** The reason in kebab case. */
        public String code() {
            return code;
        }
    }

    private final Reason reason;
    private final @Nullable String field;

    BadRequestException(Reason reason, @Nullable String field, String message) {
        this(reason, field, message, null);
    }

    BadRequestException(Reason reason, @Nullable String field, String message, @Nullable Throwable cause) {
        // No stack trace: it would always be the reader's, and a flood of bad requests must stay cheap.
        super(message, cause, false, false);
        this.reason = reason;
        this.field = field;
    }

    public Reason reason() {
        return reason;
    }

    /** The field that does not hold; null where it is the request as a whole. */
    public @Nullable String field() {
        return field;
    }
}
