package io.freshet.service.scoring;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that advances by one second on each reading. */
public final class AdvancingClock extends Clock {
    private long nowMs = 1_700_000_000_000L;

    @Override
    public synchronized long millis() {
        nowMs += 1_000;
        return nowMs;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
    }
}
