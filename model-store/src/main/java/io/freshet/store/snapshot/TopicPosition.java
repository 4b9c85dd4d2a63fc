package io.freshet.store.snapshot;

/**
 * The position from which to continue reading a partition.
 *
 * @param offset offset of the next record to read; all earlier records are covered
 */
public record TopicPosition(String topic, int partition, long offset) {
    public TopicPosition {
        if (topic.isEmpty() || partition < 0 || offset < 0) {
            throw new IllegalArgumentException("position must have a topic, partition >= 0 and offset >= 0: topic="
                    + topic + ", partition=" + partition + ", offset=" + offset);
        }
    }
}
