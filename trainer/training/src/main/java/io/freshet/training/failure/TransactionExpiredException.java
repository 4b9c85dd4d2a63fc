package io.freshet.training.failure;

import java.time.Duration;
import org.apache.kafka.common.KafkaException;

/**
 * A transaction of the trainer was open for longer than its timeout, so the brokers have aborted it. They answer the next
 * request like that of a producer that another one has fenced.
 */
public final class TransactionExpiredException extends KafkaException {
    private static final long serialVersionUID = 1;

    /**
     * @param open time for which the transaction was open
     * @param cause answer of the brokers
     */
    public TransactionExpiredException(Duration open, KafkaException cause) {
        super("the brokers aborted a transaction that was open for " + open.toMillis() + " ms", cause);
    }
}
