package io.freshet.output;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.freshet.telemetry.TraceHeaders;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * The time with which a record goes through the topology, and that its outputs have: the record's own, but no later than the
 * wall clock, and only where no output could refuse it. A producer chooses its records' times: one of the future would pass on
 * to every output, and to stream time. Topics may bound record times ({@code message.timestamp.before.max.ms} and {@code .after.max.ms}), and a
 * broker that refuses one time refuses the batch, which aborts the transaction; so times are mended before anything is
 * produced, changelogs included.
 *
 * <p>The rule has bounds of its own, narrower than Kafka's defaults, and asks no topic for its configuration: changelogs
 * come into being later than this, a configuration can change, and reading one needs a right. A record that is ahead of the
 * wall clock by more than {@link #MOST_AHEAD}, behind it by more than {@link #MOST_BEHIND}, or has no time, is timed by the
 * wall clock. Its own time is kept in {@link #HEADER}.
 *
 * <p>Where a topic's bounds are narrower still, its first refusal makes {@link #useTheWallClock} hold: the records of the
 * aborted transaction come again, and from then on the wall clock times all of them. Thread-safe.
 */
public final class RecordTimes implements TimestampExtractor {
    /** The header with the record's own time in epoch milliseconds, as text, where another took its place. */
    public static final String HEADER = "freshet.record.timestamp";

    /** Brokers allow an hour by default; producers' clocks differ by less than this. */
    static final Duration MOST_AHEAD = Duration.ofMinutes(1);

    /** Brokers have no bound by default. Records this old come after a downtime, or from a file. */
    static final Duration MOST_BEHIND = Duration.ofDays(1);

    private final InstantSource clock;
    private final Counter replaced;
    private volatile boolean always;

    RecordTimes(InstantSource clock, MeterRegistry registry) {
        this.clock = clock;
        replaced = Counter.builder("freshet.record.times.replaced")
                .description("Records whose time an output could refuse; Freshet used the wall clock instead")
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
     * When a record was written by its own account, for what is said of its origin: its own time where that is a time of the
     * past, else the one that took its place.
     *
     * @param headers of the record, as {@link #extract} left them
     * @param timestampMs what {@link #extract} answered
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

    /** From now on the wall clock times every record. */
    void useTheWallClock() {
        always = true;
    }
}
