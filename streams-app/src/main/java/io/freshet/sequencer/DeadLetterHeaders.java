package io.freshet.sequencer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.sequence.ClickOrigin;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** The headers that a dead letter has beside the record's own: why it is one, and {@link OriginHeaders}. */
public final class DeadLetterHeaders {
    /** The reason, in kebab case. */
    public static final String REASON = "freshet.reason";

    /** What exactly does not hold, for a person. */
    public static final String DETAIL = "freshet.detail";

    public static final String NO_VALUE = "no-value";
    public static final String TIMESTAMP_IN_THE_FUTURE = "timestamp-in-the-future";
    public static final String KEY_IS_NOT_THE_USER = "key-is-not-the-user";

    private DeadLetterHeaders() {}

    /** A copy of a record's headers with the reason and the origin added. */
    public static Headers of(Headers received, String reason, String detail, ClickOrigin origin) {
        Headers headers = new RecordHeaders(received);
        headers.remove(REASON).remove(DETAIL);
        headers.add(REASON, reason.getBytes(UTF_8));
        headers.add(DETAIL, detail.getBytes(UTF_8));
        OriginHeaders.write(headers, origin);
        return headers;
    }
}
