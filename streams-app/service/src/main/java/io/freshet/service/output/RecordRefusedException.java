package io.freshet.service.output;

import org.apache.kafka.common.errors.ApiException;

/**
 * Thrown for a record that is not passed to the producer, because its topic is known to refuse it. The transaction
 * continues without the record.
 */
final class RecordRefusedException extends ApiException {
    private final String reason;

    /** @param reason in kebab case, as in the headers of dead letters */
    RecordRefusedException(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
