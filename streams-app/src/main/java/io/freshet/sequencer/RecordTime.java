package io.freshet.sequencer;

import java.time.InstantSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * The time at which a record counts: its own, but no later than the wall clock. Its producer chose its own time, and a
 * time of the future would pass on to every output, and to stream time.
 *
 * <p>A record without a time counts at that of its partition, or, where there is none either, at the wall clock's.
 * Thread-safe.
 */
public final class RecordTime implements TimestampExtractor {
    private final InstantSource clock;

    /** By the system's clock. */
    public RecordTime() {
        this(InstantSource.system());
    }

    RecordTime(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTimeMs) {
        long timeMs = record.timestamp() < 0 ? partitionTimeMs : record.timestamp();
        long nowMs = clock.millis();
        return timeMs < 0 ? nowMs : Math.min(timeMs, nowMs);
    }
}
