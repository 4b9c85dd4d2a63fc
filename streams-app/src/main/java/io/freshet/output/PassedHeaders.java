package io.freshet.output;

import io.freshet.telemetry.LogIds;
import io.freshet.telemetry.TraceHeaders;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Which headers of a record go on to the records that come of it: W3C's trace context and baggage, the correlation id,
 * {@link RecordTimes#HEADER}, and those that the configuration names. No other header does: a producer can put a megabyte of
 * them on a record that is good otherwise.
 *
 * <p>Of several headers with one name, the last is kept. One whose value is longer than {@value #LONGEST_VALUE} bytes is left
 * out, and so is one that would make all of them longer than {@value #LONGEST_TOGETHER}. Immutable.
 */
public final class PassedHeaders {
    /** As long as W3C lets baggage be. */
    static final int LONGEST_VALUE = 8_192;

    static final int LONGEST_TOGETHER = 16_384;

    private static final List<String> ALWAYS = List.of(
            TraceHeaders.TRACEPARENT,
            TraceHeaders.TRACESTATE,
            TraceHeaders.BAGGAGE,
            LogIds.CORRELATION_HEADER,
            RecordTimes.HEADER);

    private final Set<String> names;

    /** @param more names that go on beside those that always do */
    PassedHeaders(Collection<String> more) {
        Set<String> all = new LinkedHashSet<>(ALWAYS);
        all.addAll(more);
        names = all;
    }

    /** The same and one more name. */
    public PassedHeaders with(String name) {
        Set<String> more = new LinkedHashSet<>(names);
        more.add(name);
        return new PassedHeaders(more);
    }

    /** A copy of the headers that are passed on; the caller owns it. */
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
