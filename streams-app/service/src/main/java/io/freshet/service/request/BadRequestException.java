package io.freshet.service.request;

import org.jspecify.annotations.Nullable;

/** Thrown if a request cannot be answered. The message names the field, the violated condition and the value. */
public final class BadRequestException extends Exception {
    /**
     * Reason of the refusal. The codes appear in headers of dead letters, in answers and in metrics, so they must not
     * change.
     */
    public enum Reason {
        REQUEST_TOO_LARGE("request-too-large"),
        NOT_JSON("not-json"),
        NOT_AN_OBJECT("not-an-object"),
        UNKNOWN_FIELD("unknown-field"),
        DUPLICATE_FIELD("duplicate-field"),
        MISSING_FIELD("missing-field"),
        BAD_FIELD("bad-field"),
        /** The field needs the catalogue, and this process reads none. */
        NO_CATALOGUE("no-catalogue");

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
    private final @Nullable String field;

    BadRequestException(Reason reason, @Nullable String field, String message) {
        this(reason, field, message, null);
    }

    BadRequestException(Reason reason, @Nullable String field, String message, @Nullable Throwable cause) {
        // No stack trace: it would always lead to the request's reader, and a flood of bad requests must stay cheap.
        super(message, cause, false, false);
        this.reason = reason;
        this.field = field;
    }

    public Reason reason() {
        return reason;
    }

    /** Returns the field that violates a condition, or null if the request as a whole does. */
    public @Nullable String field() {
        return field;
    }
}
