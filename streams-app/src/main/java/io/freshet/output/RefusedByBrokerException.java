package io.freshet.output;

import org.apache.kafka.common.errors.RetriableException;

/**
 * A broker has refused a record, and its transaction is to be aborted. What it refused is learned ({@link OutputLimits}): the
 * same input can be processed again.
 */
final class RefusedByBrokerException extends RetriableException {
    private static final long serialVersionUID = 1L;

    RefusedByBrokerException(String topic, Exception cause) {
        super("a record was refused, and its input must be processed again: topic=" + topic, cause);
    }
}
