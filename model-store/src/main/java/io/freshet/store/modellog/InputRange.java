package io.freshet.store.modellog;

/**
 * The records of one partition that a step consumed.
 *
 * @param from offset of the first record
 * @param to offset after the last record
 */
public record InputRange(String topic, int partition, long from, long to) {
    public InputRange {
        if (partition < 0 || from < 0 || to < from) {
            throw new IllegalArgumentException("range must have partition >= 0 and 0 <= from <= to: topic=" + topic
                    + ", partition=" + partition + ", from=" + from + ", to=" + to);
        }
    }
}
