package io.freshet.sequencer;

import static java.nio.charset.StandardCharsets.UTF_8;

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

    private OriginHeaders() {}

    /** Names the origin. */
    public static void write(Headers headers, ClickOrigin origin) {
        remove(headers);
        headers.add(TOPIC, origin.topic().getBytes(UTF_8));
        headers.add(PARTITION, text(origin.partition()));
        headers.add(OFFSET, text(origin.offset()));
        headers.add(TIMESTAMP, text(origin.recordTimestampMs()));
    }

    /** The origin that the headers name, empty where they name none or not a whole one. */
    public static Optional<ClickOrigin> read(Headers headers) {
        String topic = value(headers, TOPIC);
        String partition = value(headers, PARTITION);
        String offset = value(headers, OFFSET);
        String timestamp = value(headers, TIMESTAMP);
        if (topic == null || partition == null || offset == null || timestamp == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(new ClickOrigin(
                    topic, Integer.parseInt(partition), Long.parseLong(offset), Long.parseLong(timestamp)));
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
        return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
    }
}
