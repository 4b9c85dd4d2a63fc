package io.freshet.sequencer;

import io.freshet.sequence.ClickOrigin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns of dropped records, at most once a second: a flood of bad clicks must not become a flood of log lines. The
 * counters are exact. Not thread-safe; one for each processor.
 */
public final class DropWarnings {
    private static final Logger LOG = LoggerFactory.getLogger(DropWarnings.class);
    private static final long INTERVAL_MS = 1_000;

    private final String what;
    private long nextMs = Long.MIN_VALUE;
    private long unmentioned;

    /** @param what a record is, as in "a click" */
    public DropWarnings(String what) {
        this.what = what;
    }

    /**
     * Takes note of a dropped record.
     *
     * @param nowMs the current time
     */
    public void dropped(String reason, ClickOrigin origin, long nowMs) {
        if (nowMs < nextMs) {
            unmentioned++;
            return;
        }
        LOG.warn(
                "Dropped {}: reason={} topic={} partition={} offset={} (and {} more since the last such line)",
                what,
                reason,
                origin.topic(),
                origin.partition(),
                origin.offset(),
                unmentioned);
        unmentioned = 0;
        nextMs = nowMs + INTERVAL_MS;
    }
}
