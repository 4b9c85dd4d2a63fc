package io.freshet.client.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A record of the topic {@code dead-letters}. Shares the arrays of the record that it was read from.
 *
 * @param key the key as received; cut if it was too long
 * @param value the value as received; cut if it was longer than {@code records.dead.letter.bytes}
 * @param reason in kebab case
 * @param detail description of the violated condition, for a person
 * @param origin the record that could not be used; null if it is unknown
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record DeadLetter(
        byte @Nullable [] key,
        byte @Nullable [] value,
        String reason,
        String detail,
        @Nullable Origin origin) {
    /**
     * The place of a record.
     *
     * @param timestampMs the record's time, in epoch milliseconds
     */
    public record Origin(String topic, int partition, long offset, long timestampMs) {}

    /**
     * Reads a dead letter.
     *
     * @throws IllegalArgumentException if the record is not a dead letter: it has no reason, no detail, or an origin that
     *     is incomplete or not a number
     */
    public static DeadLetter of(ConsumerRecord<byte @Nullable [], byte @Nullable []> record) {
        Headers headers = record.headers();
        return new DeadLetter(
                record.key(),
                record.value(),
                required(headers, DeadLetterHeaders.REASON),
                required(headers, DeadLetterHeaders.DETAIL),
                headers.lastHeader(DeadLetterHeaders.ORIGIN_TOPIC) == null ? null : origin(headers));
    }

    private static Origin origin(Headers headers) {
        return new Origin(
                required(headers, DeadLetterHeaders.ORIGIN_TOPIC),
                Integer.parseInt(required(headers, DeadLetterHeaders.ORIGIN_PARTITION)),
                Long.parseLong(required(headers, DeadLetterHeaders.ORIGIN_OFFSET)),
                Long.parseLong(required(headers, DeadLetterHeaders.ORIGIN_TIMESTAMP)));
    }

    private static String required(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        if (header == null || header.value() == null) {
            throw new IllegalArgumentException("a dead letter must have the header " + name);
        }
        return new String(header.value(), UTF_8);
    }
}
