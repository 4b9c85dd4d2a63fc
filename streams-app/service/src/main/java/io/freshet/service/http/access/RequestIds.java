package io.freshet.service.http.access;

import io.freshet.service.telemetry.LogIds;
import io.freshet.service.telemetry.TraceHeaders;
import io.javalin.http.Context;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Assigns request ids: {@value #HEADER} of the client, or else a generated id. The id is in the answer, in the log lines of
 * the request, and on every instance that the request is forwarded to.
 */
public final class RequestIds {
    static final String HEADER = "X-Request-Id";

    private static final String ATTRIBUTE = "freshet.request.id";

    /** Ids that are safe to log. */
    private static final Pattern GOOD = Pattern.compile("[\\w.:-]{1,64}");

    private RequestIds() {}

    public static void begin(Context context) {
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

    public static void end() {
        LogIds.ofThread(LogIds.REQUEST_ID, null);
        LogIds.ofThread(LogIds.TRACE_ID, null);
    }
}
