package io.freshet.service.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Trace context headers, the same over HTTP and in Kafka: {@code traceparent}, {@code tracestate} and {@code baggage}.
 * Within Kafka, Freshet passes them on from record to record. This class handles messages that enter Freshet.
 *
 * <p>Sources: W3C, Trace Context (level 1) and Baggage.
 */
public final class TraceHeaders {
    public static final String TRACEPARENT = "traceparent";
    public static final String TRACESTATE = "tracestate";
    public static final String BAGGAGE = "baggage";

    private static final int LONGEST_STATE = 512;
    private static final int LONGEST_BAGGAGE = 8_192;

    /** Version, trace, parent and flags; a future version may append more. */
    private static final Pattern PARENT =
            Pattern.compile("(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    private static final String FIRST_VERSION = "00";

    private TraceHeaders() {}

    /**
     * Returns the valid headers of a message. Invalid ones are left out, and so is the state without a parent, since it has
     * no meaning then.
     *
     * @param header finds a header by its name; null if it is absent
     */
    public static Map<String, String> of(Function<String, @Nullable String> header) {
        Map<String, String> passed = new LinkedHashMap<>();
        String parent = header.apply(TRACEPARENT);
        if (traceIn(parent) != null) {
            put(passed, TRACEPARENT, parent, Integer.MAX_VALUE);
            put(passed, TRACESTATE, header.apply(TRACESTATE), LONGEST_STATE);
        }
        put(passed, BAGGAGE, header.apply(BAGGAGE), LONGEST_BAGGAGE);
        return passed;
    }

    private static void put(Map<String, String> passed, String name, @Nullable String value, int longest) {
        if (value != null && !value.isBlank() && value.length() <= longest) {
            passed.put(name, value);
        }
    }

    /** Adds trace headers to a record's headers. */
    public static void addTo(Headers headers, Map<String, String> trace) {
        trace.forEach((name, value) -> headers.add(name, value.getBytes(UTF_8)));
    }

    /** Returns the trace id of a {@code traceparent}, or null if the header is invalid. */
    public static @Nullable String traceIn(@Nullable String traceparent) {
        if (traceparent == null) {
            return null;
        }
        Matcher parent = PARENT.matcher(traceparent);
        boolean isValid =
                parent.matches() && (parent.group(3) == null || !parent.group(1).equals(FIRST_VERSION));
        return isValid ? parent.group(2) : null;
    }

    /** Returns the value of a record's header as text, or null if the record does not have it. */
    public static @Nullable String textOf(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null ? null : new String(header.value(), UTF_8);
    }
}
