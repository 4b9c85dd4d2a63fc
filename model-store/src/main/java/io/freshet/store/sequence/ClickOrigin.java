package io.freshet.store.sequence;

/**
 * The record of {@code clicks} that caused an update.
 *
 * @param recordTimestampMs timestamp of the Kafka record, which differs from the click's timestamp
 */
public record ClickOrigin(String topic, int partition, long offset, long recordTimestampMs) {
    public ClickOrigin {
        if (partition < 0 || offset < 0) {
            throw new IllegalArgumentException("partition and offset must not be negative: topic=" + topic
                    + ", partition=" + partition + ", offset=" + offset);
        }
    }
}
