package io.freshet.output;

import org.apache.kafka.common.errors.ApiException;

/**
 * The producer does not get a record, because its topic is known to refuse it. The transaction continues without it.
 */
final class RecordRefusedException extends ApiException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /** @param reason in kebab case, as dead letters have it */
    RecordRefusedException(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
