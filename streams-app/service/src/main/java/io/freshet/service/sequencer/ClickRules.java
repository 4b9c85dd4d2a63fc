package io.freshet.service.sequencer;

import io.freshet.client.click.Click;
import io.freshet.client.deadletter.DeadLetterHeaders;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.SequencerKeys;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Rules on the time of a well-formed click, from Kafka or over HTTP. A click from a record must not lie in the future,
 * nor before {@code sequencer.earliest.click.ms}. Whether its user counts as idle and is forgotten again depends on the
 * other clicks of its partition, which may come from an old file. Over HTTP a click must also be recent, so that it is
 * kept regardless of the other clicks. Immutable.
 */
public final class ClickRules {
    private final long futureBoundMs;
    private final long idleRetentionMs;
    private final Instant earliestClick;

    public ClickRules(FreshetConfig config) {
        futureBoundMs = config.get(SequencerKeys.FUTURE_BOUND).toMillis();
        idleRetentionMs = config.get(SequencerKeys.IDLE_RETENTION).toMillis();
        earliestClick = config.get(SequencerKeys.EARLIEST_CLICK);
    }

    /**
     * Refusal of a click.
     *
     * @param reason in kebab case, as in the headers of dead letters
     * @param detail explanation for a person
     */
    public record Refusal(String reason, String detail) {}

    /**
     * Returns why a click from a record is refused, or null if it is accepted.
     *
     * @param recordMs time of the click's record in the topology, no later than the wall clock
     */
    public @Nullable Refusal ofRecord(Click click, long recordMs) {
        long latestMs = recordMs + futureBoundMs;
        if (click.timestampMs() < earliestClick.toEpochMilli()) {
            return tooOld(click, latestMs);
        }
        return click.timestampMs() <= latestMs
                ? null
                : new Refusal(
                        DeadLetterHeaders.TIMESTAMP_IN_THE_FUTURE,
                        "timestamp must be at most " + futureBoundMs
                                + " ms after its record's time, or after the wall clock if that is earlier: timestamp="
                                + click.timestampMs() + ", record=" + recordMs);
    }

    private Refusal tooOld(Click click, long latestMs) {
        long inSeconds = 1_000 * click.timestampMs();
        String hint = inSeconds >= earliestClick.toEpochMilli() && inSeconds <= latestMs
                ? ". If it is in seconds, multiply it by 1000, which gives " + Instant.ofEpochMilli(inSeconds)
                : "";
        return new Refusal(
                DeadLetterHeaders.TIMESTAMP_TOO_OLD,
                "timestamp must be in milliseconds since 1970, and not before " + earliestClick + ": timestamp="
                        + click.timestampMs() + hint);
    }

    /**
     * Returns why a click that arrives now is refused. Returns null if the sequencer will keep the click, whatever
     * clicks came before it.
     */
    public @Nullable Refusal ofNow(Click click, long nowMs) {
        long earliestMs = nowMs - idleRetentionMs;
        return click.timestampMs() >= earliestMs || click.timestampMs() < earliestClick.toEpochMilli()
                ? ofRecord(click, nowMs)
                : new Refusal(
                        DeadLetterHeaders.TIMESTAMP_TOO_OLD,
                        "timestamp must be at most " + idleRetentionMs
                                + " ms ago: Freshet would forget the user of an older"
                                + " click at once: timestamp=" + click.timestampMs() + ", now=" + nowMs
                                + "; write older clicks to the topic");
    }
}
