package io.freshet.service.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.service.clickformat.Framing;
import io.freshet.store.format.Sha256;
import io.freshet.store.sequence.ClickOrigin;
import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Makes dead letters of records that could not be used. A dead letter has the key and value as received, up to a bound, the
 * headers that are passed on ({@link PassedHeaders}), the headers that name the schema of the value ({@link
 * Framing#HEADERS}) if they are not longer than {@value #LONGEST_SCHEMA_HEADER} bytes, and {@link DeadLetterHeaders}. So its
 * length is bounded, whatever it is made of. Immutable.
 */
public final class DeadLetters {
    static final int LONGEST_KEY = 1_024;
    static final int LONGEST_DETAIL = 1_024;
    static final int LONGEST_SCHEMA_HEADER = 1_024;

    /** Maximum bytes of a dead letter besides its value, with a margin: passed headers, key, detail and all the rest. */
    static final int MOST_BESIDE_THE_VALUE = PassedHeaders.LONGEST_TOGETHER
            + LONGEST_KEY
            + 3 * LONGEST_DETAIL
            + Framing.HEADERS.size() * LONGEST_SCHEMA_HEADER
            + 8_192;

    private final PassedHeaders passed;
    private final int longestValue;

    DeadLetters(PassedHeaders passed, int longestValue) {
        this.passed = passed;
        this.longestValue = longestValue;
    }

    /** A dead letter. May share the arrays of the original record. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Letter(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {}

    /**
     * Returns the dead letter for a record.
     *
     * @param received the record's headers, which are not modified
     * @param reason in kebab case
     * @param detail explanation for a person
     * @param origin null if unknown
     */
    public Letter of(
            byte @Nullable [] key,
            byte @Nullable [] value,
            Headers received,
            String reason,
            String detail,
            @Nullable ClickOrigin origin) {
        Headers headers = passed.of(received);
        addSchemaHeaders(received, headers);
        headers.add(DeadLetterHeaders.REASON, reason.getBytes(UTF_8));
        headers.add(DeadLetterHeaders.DETAIL, cut(detail).getBytes(UTF_8));
        if (origin != null) {
            OriginHeaders.write(headers, origin);
        }
        return new Letter(
                cut(key, LONGEST_KEY, headers, DeadLetterHeaders.KEY_LENGTH, DeadLetterHeaders.KEY_SHA256),
                cut(value, longestValue, headers, DeadLetterHeaders.VALUE_LENGTH, DeadLetterHeaders.VALUE_SHA256),
                headers);
    }

    private static void addSchemaHeaders(Headers received, Headers headers) {
        for (String name : Framing.HEADERS) {
            Header header = received.lastHeader(name);
            if (header != null
                    && header.value() != null
                    && header.value().length <= LONGEST_SCHEMA_HEADER
                    && headers.lastHeader(name) == null) {
                headers.add(name, header.value());
            }
        }
    }

    private static String cut(String detail) {
        return detail.length() <= LONGEST_DETAIL ? detail : detail.substring(0, LONGEST_DETAIL);
    }

    private static byte @Nullable [] cut(
            byte @Nullable [] bytes, int longest, Headers headers, String lengthName, String digestName) {
        if (bytes == null || bytes.length <= longest) {
            return bytes;
        }
        headers.add(lengthName, Integer.toString(bytes.length).getBytes(UTF_8));
        headers.add(digestName, Sha256.hex(bytes, bytes.length).getBytes(UTF_8));
        return Arrays.copyOf(bytes, longest);
    }
}
