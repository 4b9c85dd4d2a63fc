package io.freshet.service.config.key;

import java.time.Duration;
import java.time.Instant;

/** Keys of the sequencer. */
public final class SequencerKeys {
    static final KeyGroup KEYS = new KeyGroup();

    public static final ConfigKey<Integer> WINDOW = KEYS.integer("sequencer.window", 50, "clicks")
            .between(1, 10_000)
            .doc("The most clicks kept per user: the newest by click time. Events of `events.filter.only` and"
                    + " `events.negative` are counted separately.");
    public static final ConfigKey<Duration> IDLE_RETENTION = KEYS.millis(
                    "sequencer.idle.retention.ms", Duration.ofDays(90))
            .atLeast(1)
            .doc("Freshet forgets a user whose newest click is older than this, measured by the timestamps of"
                    + " clicks. An imported click counts at the time of its import.");
    public static final ConfigKey<Duration> FUTURE_BOUND = KEYS.millis("sequencer.future.bound.ms", Duration.ofDays(1))
            .atLeast(0)
            .doc("A click whose timestamp is more than this after that of its Kafka record, or after the wall"
                    + " clock, goes to the dead letters.");
    public static final ConfigKey<Instant> EARLIEST_CLICK = KEYS.longInteger(
                    "sequencer.earliest.click.ms", 946_684_800_000L, "ms")
            .atLeast(0)
            .as(Instant::ofEpochMilli)
            .doc("A click whose timestamp is before this, in milliseconds since 1970, goes to the dead letters:"
                    + " usually such a timestamp is in seconds. The default is 2000-01-01 in UTC.");
    public static final ConfigKey<Duration> EXPIRY_INTERVAL = KEYS.millis(
                    "sequencer.expiry.interval.ms", Duration.ofSeconds(1))
            .atLeast(1)
            .doc("Wall-clock time between two slices of the search for idle users.");
    public static final ConfigKey<Integer> EXPIRY_SLICE = KEYS.integer("sequencer.expiry.slice", 200, "users")
            .atLeast(1)
            .doc("The most users that one slice of the search for idle users checks.");

    private SequencerKeys() {}
}
