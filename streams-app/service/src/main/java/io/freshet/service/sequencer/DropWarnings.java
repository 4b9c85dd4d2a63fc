package io.freshet.service.sequencer;

import io.freshet.service.telemetry.LogIds;
import io.freshet.store.sequence.ClickOrigin;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ProcessingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs dropped records, at most once a second: a flood of bad clicks must not become a flood of log lines. The counters are
 * exact. Not thread-safe; each processor has its own.
 */
public final class DropWarnings {
    private static final Logger LOG = LoggerFactory.getLogger(DropWarnings.class);
    private static final long INTERVAL_MS = 1_000;

    private final String what;
    private long nextMs = Long.MIN_VALUE;
    private long unmentioned;

    /** @param what what a record is, as in "a click" */
    public DropWarnings(String what) {
        this.what = what;
    }

    /**
     * Notes a dropped record, and logs it if the last log line is more than a second old.
     *
     * @param context context of the processor that drops the record
     * @param headers headers of the record, with its trace and correlation id
     */
    public void dropped(String reason, ClickOrigin origin, ProcessingContext context, Headers headers) {
        long nowMs = context.currentSystemTimeMs();
        if (nowMs < nextMs) {
            unmentioned++;
            return;
        }
        LogIds.whileAt(context.taskId(), headers, () -> warn(reason, origin));
        unmentioned = 0;
        nextMs = nowMs + INTERVAL_MS;
    }

    private void warn(String reason, ClickOrigin origin) {
        LOG.warn(
                "Dropped {}: reason={} topic={} partition={} offset={} (and {} more since the last such line)",
                what,
                reason,
                origin.topic(),
                origin.partition(),
                origin.offset(),
                unmentioned);
    }
}
