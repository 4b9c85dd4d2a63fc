package io.freshet.service.telemetry;

import ch.qos.logback.classic.LoggerContext;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.TaskId;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Ids attached to log lines. Ids of the process are in every line ({@link #ofProcess}). Ids of a thread, a record or a
 * request are in the lines written while they are set.
 */
public final class LogIds {
    public static final String ROLE = "role";
    public static final String MODEL_VERSION = "model_version";
    public static final String MODEL_STEP = "model_step";
    public static final String TASK = "task";
    public static final String REQUEST_ID = "request_id";
    public static final String CORRELATION_ID = "correlation_id";

    /** Same name as that of OpenTelemetry's agent. */
    public static final String TRACE_ID = "trace_id";

    public static final String STREAMS = "streams";

    /** Header of a request that is passed on to its answer. */
    public static final String CORRELATION_HEADER = "correlation-id";

    /** Maximum length of an id that a client chose. */
    private static final int MOST = 256;

    private LogIds() {}

    /** Adds ids to every line from now on, if the log is written as JSON. */
    public static void ofProcess(Map<String, String> ids) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        ids.forEach(context::putProperty);
    }

    /** Sets an id on the lines that this thread writes from now on; null removes it. */
    public static void ofThread(String id, @Nullable String value) {
        if (value == null) {
            MDC.remove(id);
        } else {
            MDC.put(id, value);
        }
    }

    /** Runs an action for a record of a task, with the ids of both on the lines that the action writes. */
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
