package io.freshet.service.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.click.Click;
import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.store.sequence.ClickOrigin;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Headers with the topic, partition, offset and timestamp of the record from which another was made. Every value is
 * UTF-8 text, so that a console consumer can show it.
 */
public final class OriginHeaders {
    public static final String TOPIC = DeadLetterHeaders.ORIGIN_TOPIC;
    public static final String PARTITION = DeadLetterHeaders.ORIGIN_PARTITION;
    public static final String OFFSET = DeadLetterHeaders.ORIGIN_OFFSET;
    public static final String TIMESTAMP = DeadLetterHeaders.ORIGIN_TIMESTAMP;

    /** Kafka's limit on topic names. */
    private static final int LONGEST_TOPIC = 249;

    /** Maximum length of a value in bytes; longer values count as absent. */
    private static final int LONGEST_VALUE = 1_024;

    private OriginHeaders() {}

    private static boolean isValidTimestamp(long timestampMs) {
        return timestampMs >= 0 && timestampMs <= Click.MAX_TIMESTAMP_MS;
    }

    /** Sets the origin, replacing an earlier one. */
    public static void write(Headers headers, ClickOrigin origin) {
        remove(headers);
        headers.add(TOPIC, origin.topic().getBytes(UTF_8));
        headers.add(PARTITION, text(origin.partition()));
        headers.add(OFFSET, text(origin.offset()));
        headers.add(TIMESTAMP, text(origin.recordTimestampMs()));
    }

    /**
     * Returns the origin that the headers name; empty if there is none or it is invalid. A producer may have written the
     * headers, so their length and range are checked.
     */
    public static Optional<ClickOrigin> read(Headers headers) {
        String topic = value(headers, TOPIC);
        String partition = value(headers, PARTITION);
        String offset = value(headers, OFFSET);
        String timestamp = value(headers, TIMESTAMP);
        if (topic == null || partition == null || offset == null || timestamp == null) {
            return Optional.empty();
        }
        try {
            long timestampMs = Long.parseLong(timestamp);
            return topic.isEmpty() || topic.length() > LONGEST_TOPIC || !isValidTimestamp(timestampMs)
                    ? Optional.empty()
                    : Optional.of(
                            new ClickOrigin(topic, Integer.parseInt(partition), Long.parseLong(offset), timestampMs));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Removes the origin. */
    public static void remove(Headers headers) {
        headers.remove(TOPIC).remove(PARTITION).remove(OFFSET).remove(TIMESTAMP);
    }

    private static byte[] text(long number) {
        return Long.toString(number).getBytes(UTF_8);
    }

    private static @Nullable String value(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null || header.value().length > LONGEST_VALUE
                ? null
                : new String(header.value(), UTF_8);
    }
}
