package io.freshet.service.sequencer;

import io.freshet.client.click.Click;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.SequencerKeys;
import io.freshet.service.output.ImportMark;
import io.freshet.service.variant.VariantRouting;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.EventClock;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.UserSequence;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Adds each click to its user's sequence, and emits the sequence if the click was accepted, addressed to the variant that
 * answers it. Erases users on request, and emits the erasure.
 *
 * <p>A user is idle if the newest click is older than the retention by the {@link EventClock} of this task's clicks. A
 * user whose clicks were imported also counts as active at the time of the import, however old the clicks are. A periodic
 * search deletes the sequences of idle users. A click of an idle user begins a new sequence, unless the click's own time is
 * one at which the user was not idle. The clock starts anew with the task: until a quorum of users has clicked, it knows no
 * time, and no user is idle.
 */
final class Sequencer extends ContextualFixedKeyProcessor<byte[], Verdict.Placed, SequenceUpdate> {
    private final SequenceWindow window;
    private final VariantRouting routing;
    private final SequencerMetrics metrics;
    private final long retentionMs;
    private final Duration expiryInterval;
    private final IdleUsers idleUsers;

    private final ClickRecords records;
    private final DropWarnings warnings = new DropWarnings("a click");

    /** User id in UTF-8 → the user's sequence, kept until the user is idle. Also has the entries of {@link ImportTimes}. */
    private KeyValueStore<byte[], UserSequence> sequences;

    /** {@link ClickOutcome#code} → number of clicks, kept for ever. Contains only the outcomes of clicks out of order. */
    private KeyValueStore<String, Long> outcomes;

    private ImportTimes importTimes;
    private final EventClock clock = new EventClock();

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    Sequencer(FreshetConfig config, ClickRecords records, SequencerMetrics metrics) {
        this.records = records;
        routing = config.variants().routing();
        this.metrics = metrics;
        retentionMs = config.get(SequencerKeys.IDLE_RETENTION).toMillis();
        expiryInterval = config.get(SequencerKeys.EXPIRY_INTERVAL);
        window = new SequenceWindow(config.get(SequencerKeys.WINDOW), config.eventTypes());
        idleUsers = new IdleUsers(config.get(SequencerKeys.EXPIRY_SLICE));
    }

    @Override
    public void init(FixedKeyProcessorContext<byte[], SequenceUpdate> context) {
        super.init(context);
        sequences = context.getStateStore(SequencerTopology.USER_SEQUENCES);
        outcomes = context.getStateStore(SequencerTopology.CLICK_OUTCOMES);
        importTimes = new ImportTimes(sequences, retentionMs);
        context.schedule(expiryInterval, PunctuationType.WALL_CLOCK_TIME, nowMs -> forgetIdleUsers());
    }

    @Override
    public void process(FixedKeyRecord<byte[], Verdict.Placed> record) {
        switch (record.value()) {
            case Verdict.Accepted accepted -> take(record, accepted.click(), accepted.origin());
            case Verdict.Erased erased -> erase(record, erased.origin());
        }
    }

    /** Erases a user. Emits the erasure even for an unknown user: other processes may know the user. */
    private void erase(FixedKeyRecord<byte[], Verdict.Placed> record, ClickOrigin origin) {
        forget(record.key());
        metrics.countErased();
        context().forward(record.withValue(SequenceUpdate.erasure(origin)));
    }

    private void take(FixedKeyRecord<byte[], Verdict.Placed> record, Click click, ClickOrigin origin) {
        long timeMs = EventClock.timeOf(click.timestampMs(), origin.recordTimestampMs());
        clock.observe(click.userId(), timeMs);
        SequenceWindow.Applied applied =
                window.apply(currentSequence(record.key(), timeMs), records.interactionOf(click, origin.topic()));
        metrics.countOutcome(applied.outcome());
        if (applied.outcome() != ClickOutcome.APPENDED) {
            countExactly(applied.outcome());
        }
        if (applied.outcome().isAccepted()) {
            sequences.put(record.key(), applied.sequence());
            if (ImportMark.isOn(record.headers())) {
                metrics.countImported();
                importTimes.put(record.key(), record.timestamp());
            }
            routing.write(record.headers(), record.key());
            context()
                    .forward(record.withValue(
                            new SequenceUpdate(applied.sequence(), List.of(applied.position()), origin)));
        } else {
            warnings.dropped(applied.outcome().code(), origin, context(), record.headers());
        }
    }

    private UserSequence currentSequence(byte[] user, long clickMs) {
        UserSequence sequence = sequences.get(user);
        if (sequence == null) {
            return UserSequence.EMPTY;
        }
        if (isIdleAt(IdleUsers.newestMs(sequence), clickMs) && isIdleAt(importTimes.of(user), clickMs)) {
            metrics.countForgotten(1);
            return UserSequence.EMPTY;
        }
        return sequence;
    }

    /** Returns whether a user who was last active at a time is idle, now and when the click happened. */
    private boolean isIdleAt(long activeMs, long clickMs) {
        return clock.isPast(activeMs, retentionMs) && activeMs < clickMs - retentionMs;
    }

    private void countExactly(ClickOutcome outcome) {
        Long before = outcomes.get(outcome.code());
        outcomes.put(outcome.code(), before == null ? 1L : before + 1);
    }

    private void forgetIdleUsers() {
        metrics.countForgotten(idleUsers.forget(this::isIdle, this::forget, sequences));
    }

    private boolean isIdle(byte[] key, UserSequence sequence) {
        return clock.isPast(IdleUsers.newestMs(sequence), retentionMs)
                && (ImportTimes.isKey(key) || clock.isPast(importTimes.of(key), retentionMs));
    }

    private void forget(byte[] key) {
        sequences.delete(key);
        if (!ImportTimes.isKey(key)) {
            importTimes.delete(key);
        }
    }
}
