package io.freshet.sequence;

/**
 * The record of {@code clicks} that caused something.
 *
 * @param recordTimestampMs the Kafka record's own timestamp, which is not the click's
 */
public record ClickOrigin(String topic, int partition, long offset, long recordTimestampMs) {
    public ClickOrigin {
        if (partition < 0 || offset < 0) {
            throw new IllegalArgumentException("partition and offset must not be negative: topic=" + topic
                    + ", partition=" + partition + ", offset=" + offset);
        }
    }
}
