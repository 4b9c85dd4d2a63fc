package io.freshet.sequencer;

import io.freshet.sequence.ClickOrigin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns of dropped records, at most once a second: a flood of bad clicks must not become a flood of log lines. The
 * counters are exact. Not thread-safe; one for each processor.
 */
final class DropWarnings {
    private static final Logger LOG = LoggerFactory.getLogger(DropWarnings.class);
    private static final long INTERVAL_MS = 1_000;

    private long nextMs = Long.MIN_VALUE;
    private long unmentioned;

    /**
     * Takes note of a dropped record.
     *
     * @param nowMs the current time
     */
    void dropped(String reason, ClickOrigin origin, long nowMs) {
        if (nowMs < nextMs) {
            unmentioned++;
            return;
        }
        LOG.warn(
                "Dropped a click: reason={} topic={} partition={} offset={} (and {} more since the last such line)",
                reason,
                origin.topic(),
                origin.partition(),
                origin.offset(),
                unmentioned);
        unmentioned = 0;
        nextMs = nowMs + INTERVAL_MS;
    }
}
