package io.freshet.http;

import io.freshet.telemetry.LogIds;
import io.freshet.telemetry.TraceHeaders;
import io.javalin.http.Context;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * By what a request is known: {@value #HEADER}, the client's or else one of our own, in the answer and in the lines that the
 * log has of the request, and on every instance that it is passed on to.
 */
final class RequestIds {
    static final String HEADER = "X-Request-Id";

    private static final String ATTRIBUTE = "freshet.request.id";

    /** What can stand in a line of a log. */
    private static final Pattern GOOD = Pattern.compile("[\\w.:-]{1,64}");

    private RequestIds() {}

    static void begin(Context context) {
        String given = context.header(HEADER);
        String id = given != null && GOOD.matcher(given).matches()
                ? given
                : UUID.randomUUID().toString();
        context.attribute(ATTRIBUTE, id);
        context.header(HEADER, id);
        LogIds.ofThread(LogIds.REQUEST_ID, id);
        LogIds.ofThread(LogIds.TRACE_ID, TraceHeaders.traceIn(context.header(TraceHeaders.TRACEPARENT)));
    }

    static String of(Context context) {
        return String.valueOf(context.<String>attribute(ATTRIBUTE));
    }

    static void end() {
        LogIds.ofThread(LogIds.REQUEST_ID, null);
        LogIds.ofThread(LogIds.TRACE_ID, null);
    }
}
