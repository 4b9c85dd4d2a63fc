package io.freshet.service.output;

import org.apache.kafka.common.errors.RetriableException;

/**
 * Thrown if a broker has refused a record, which aborts the transaction. {@link OutputLimits} has learned from the refusal,
 * so the same input can be processed again.
 */
final class RefusedByBrokerException extends RetriableException {
    RefusedByBrokerException(String topic, Exception cause) {
        super("a record was refused, and its input must be processed again: topic=" + topic, cause);
    }
}
