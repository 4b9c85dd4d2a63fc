package io.freshet.telemetry;

import ch.qos.logback.classic.LoggerContext;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.TaskId;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * What lines of the log say beside their words. What holds for the whole process stands in each of them ({@link
 * #ofProcess}); what holds for a thread, or while a record or a request is looked at, in those that are written meanwhile.
 */
public final class LogIds {
    public static final String ROLE = "role";
    public static final String MODEL_VERSION = "model_version";
    public static final String MODEL_STEP = "model_step";
    public static final String TASK = "task";
    public static final String REQUEST_ID = "request_id";
    public static final String CORRELATION_ID = "correlation_id";

    /** As OpenTelemetry's agent names it, too. */
    public static final String TRACE_ID = "trace_id";

    public static final String STREAMS = "streams";

    /** The header of a request that its answer has, too, as all the others. */
    public static final String CORRELATION_HEADER = "correlation-id";

    /** Characters of an id that a client made up. */
    private static final int MOST = 256;

    private LogIds() {}

    /** Has every line say this from now on, where it is written as JSON. */
    public static void ofProcess(Map<String, String> ids) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        ids.forEach(context::putProperty);
    }

    /** Says it of what this thread writes from now on; null takes it back. */
    public static void ofThread(String id, @Nullable String value) {
        if (value == null) {
            MDC.remove(id);
        } else {
            MDC.put(id, value);
        }
    }

    /** Runs something that is done for a record of a task, the ids of which stand in the lines that it writes. */
    public static void whileAt(TaskId task, Headers headers, Runnable action) {
        ofThread(ROLE, STREAMS);
        ofThread(TASK, task.toString());
        ofThread(TRACE_ID, TraceHeaders.traceIn(TraceHeaders.textOf(headers, TraceHeaders.TRACEPARENT)));
        ofThread(CORRELATION_ID, cut(TraceHeaders.textOf(headers, CORRELATION_HEADER)));
        try {
            action.run();
        } finally {
            ofThread(TASK, null);
            ofThread(TRACE_ID, null);
            ofThread(CORRELATION_ID, null);
        }
    }

    private static @Nullable String cut(@Nullable String id) {
        return id == null || id.length() <= MOST ? id : id.substring(0, MOST);
    }
}
