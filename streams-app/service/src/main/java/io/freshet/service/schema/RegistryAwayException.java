package io.freshet.service.schema;

import org.apache.kafka.common.errors.RetriableException;

/** Thrown if the registry does not answer in time. The same question may be answered later. */
public final class RegistryAwayException extends RetriableException {
    private static final long serialVersionUID = 1L;

    RegistryAwayException(String message) {
        super(message);
    }
}
