package io.freshet.service.output;

import io.freshet.service.telemetry.LogIds;
import io.freshet.service.telemetry.TraceHeaders;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Selects the headers of a record that are passed on to the records made from it: W3C trace context and baggage, the
 * correlation id, {@link RecordTimes#HEADER}, {@link ImportMark#HEADER}, and those named in the configuration. No other
 * header is passed on: a producer can put a megabyte of headers on an otherwise valid record.
 *
 * <p>Of several headers with the same name, the last is kept. A header is left out if its value is longer than {@value
 * #LONGEST_VALUE} bytes, or if it would make all passed values longer than {@value #LONGEST_TOGETHER} bytes. Immutable.
 */
public final class PassedHeaders {
    /** W3C's limit for baggage, in bytes. */
    static final int LONGEST_VALUE = 8_192;

    static final int LONGEST_TOGETHER = 16_384;

    private static final List<String> ALWAYS = List.of(
            ImportMark.HEADER, // first, so that it always fits
            TraceHeaders.TRACEPARENT,
            TraceHeaders.TRACESTATE,
            TraceHeaders.BAGGAGE,
            LogIds.CORRELATION_HEADER,
            RecordTimes.HEADER);

    private final Set<String> names;

    /** @param more names of headers to pass on, besides those always passed on */
    PassedHeaders(Collection<String> more) {
        Set<String> all = new LinkedHashSet<>(ALWAYS);
        all.addAll(more);
        names = all;
    }

    /** Returns a copy with one more name. */
    public PassedHeaders with(String name) {
        Set<String> more = new LinkedHashSet<>(names);
        more.add(name);
        return new PassedHeaders(more);
    }

    /** Returns a copy of the headers that are passed on, which the caller owns. */
    public Headers of(Headers received) {
        RecordHeaders passed = new RecordHeaders();
        if (!received.iterator().hasNext()) {
            return passed;
        }
        int bytes = 0;
        for (String name : names) {
            Header header = received.lastHeader(name);
            if (header == null || header.value() == null) {
                continue;
            }
            int length = header.value().length;
            if (length <= LONGEST_VALUE && bytes + length <= LONGEST_TOGETHER) {
                bytes += length;
                passed.add(name, header.value());
            }
        }
        return passed;
    }
}
