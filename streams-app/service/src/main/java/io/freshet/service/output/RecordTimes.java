package io.freshet.service.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.service.telemetry.TraceHeaders;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * Determines the time of a record in the topology and of its outputs: the record's own time, but no later than the wall
 * clock, and only if no output could refuse it.
 *
 * <p>A producer chooses its records' times, and a time in the future would spread to every output and to stream time.
 * Topics may bound record times ({@code message.timestamp.before.max.ms} and {@code .after.max.ms}). A broker that refuses
 * one time refuses the whole batch, which aborts the transaction. So times are corrected before anything is produced,
 * changelogs included.
 *
 * <p>The rule has its own bounds, narrower than Kafka's defaults, and reads no topic configuration: changelogs are created
 * later, a configuration can change, and reading it needs a permission. The wall clock replaces the time of a record that
 * is ahead of it by more than {@link #MOST_AHEAD}, behind it by more than {@link #MOST_BEHIND}, or has no time. The
 * record's own time is kept in {@link #HEADER}.
 *
 * <p>If a topic's bounds are narrower still, its first refusal calls {@link #useTheWallClock}: the records of the aborted
 * transaction are processed again, and from then on the wall clock replaces all times. Thread-safe.
 */
public final class RecordTimes implements TimestampExtractor {
    /** Header with the record's own time in epoch milliseconds, as text, if another time replaced it. */
    public static final String HEADER = "freshet.record.timestamp";

    /** Brokers allow one hour by default; clocks of producers differ by less than this. */
    static final Duration MOST_AHEAD = Duration.ofMinutes(1);

    /** Brokers have no bound by default. Records this old occur after a downtime, or in a file. */
    static final Duration MOST_BEHIND = Duration.ofDays(1);

    private final InstantSource clock;
    private final Counter replaced;
    private volatile boolean always;

    RecordTimes(InstantSource clock, MeterRegistry registry) {
        this.clock = clock;
        replaced = Counter.builder("freshet.record.times.replaced")
                .description("Records whose timestamp an output could refuse, replaced by the wall clock")
                .register(registry);
    }

    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
        long ownMs = record.timestamp();
        long nowMs = clock.millis();
        boolean isFit = ownMs >= 0 && ownMs <= nowMs + MOST_AHEAD.toMillis() && ownMs >= nowMs - MOST_BEHIND.toMillis();
        if (isFit && !always) {
            return Math.min(ownMs, nowMs);
        }
        replaced.increment();
        record.headers().remove(HEADER).add(HEADER, Long.toString(ownMs).getBytes(UTF_8));
        return nowMs;
    }

    /**
     * Returns when a record was written according to its producer, for the description of its origin: its own time if that
     * is a valid time in the past, else the time that replaced it.
     *
     * @param headers headers of the record, as {@link #extract} left them
     * @param timestampMs result of {@link #extract}
     */
    public static long writtenMs(Headers headers, long timestampMs) {
        String own = TraceHeaders.textOf(headers, HEADER);
        if (own == null) {
            return timestampMs;
        }
        try {
            long ownMs = Long.parseLong(own);
            return ownMs >= 0 && ownMs < timestampMs ? ownMs : timestampMs;
        } catch (NumberFormatException _) {
            return timestampMs;
        }
    }

    /** Makes the wall clock replace the time of every record from now on. */
    void useTheWallClock() {
        always = true;
    }
}
