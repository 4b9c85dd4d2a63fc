package io.freshet.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.event.Click;
import io.freshet.sequence.ClickOrigin;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The headers by which a record that was passed on still names the record it came from. Every value is UTF-8 text, so
 * that a console consumer shows it.
 */
public final class OriginHeaders {
    public static final String TOPIC = "freshet.origin.topic";
    public static final String PARTITION = "freshet.origin.partition";
    public static final String OFFSET = "freshet.origin.offset";
    public static final String TIMESTAMP = "freshet.origin.timestamp";

    /** As Kafka has it. */
    private static final int LONGEST_TOPIC = 249;

    /** More than any number here has. */
    private static final int LONGEST_VALUE = 1_024;

    private OriginHeaders() {}

    private static boolean isATime(long timestampMs) {
        return timestampMs >= 0 && timestampMs <= Click.MAX_TIMESTAMP_MS;
    }

    /** Names the origin. */
    public static void write(Headers headers, ClickOrigin origin) {
        remove(headers);
        headers.add(TOPIC, origin.topic().getBytes(UTF_8));
        headers.add(PARTITION, text(origin.partition()));
        headers.add(OFFSET, text(origin.offset()));
        headers.add(TIMESTAMP, text(origin.recordTimestampMs()));
    }

    /**
     * The origin that the headers name, empty where they name none, or none that can be: a producer may have written them. So
     * what comes of it is bounded.
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
            return topic.isEmpty() || topic.length() > LONGEST_TOPIC || !isATime(timestampMs)
                    ? Optional.empty()
                    : Optional.of(
                            new ClickOrigin(topic, Integer.parseInt(partition), Long.parseLong(offset), timestampMs));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Takes the origin out. */
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
