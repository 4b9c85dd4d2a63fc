package io.freshet.snapshot;

/**
 * Where to go on reading a partition.
 *
 * @param offset of the next record to read: everything before it is covered
 */
public record TopicPosition(String topic, int partition, long offset) {
    public TopicPosition {
        if (topic.isEmpty() || partition < 0 || offset < 0) {
            throw new IllegalArgumentException("position must have a topic, partition >= 0 and offset >= 0: topic="
                    + topic + ", partition=" + partition + ", offset=" + offset);
        }
    }
}
