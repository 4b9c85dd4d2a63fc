package io.freshet.sequencer;

import io.freshet.config.SequencerConfig;
import io.freshet.sequence.ClickOrigin;
import io.freshet.sequence.Interaction;
import io.freshet.sequence.SequenceUpdate;
import io.freshet.sequence.UserSequence;
import io.freshet.variant.Addressing;
import java.util.List;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Brings each click into its user's sequence and emits the sequence where the click was accepted, addressed to whoever is
 * to answer it. Erases who is to be erased, and emits that.
 *
 * <p>A user is idle whose newest click is older than the newest click that this task has seen, by more than the
 * retention. An idle user's sequence is not used any more, and is deleted at the latest when the search comes by. The
 * clock of all this is the clicks' own time; it starts anew, from the next click, with the task.
 */
final class Sequencer extends ContextualFixedKeyProcessor<byte[], Verdict.Placed, SequenceUpdate> {
    private static final long NO_CLICK_YET = Long.MIN_VALUE;

    private final SequenceWindow window;
    private final SequencerConfig config;
    private final Addressing addressing;
    private final SequencerMetrics metrics;
    private final IdleUsers idleUsers;
    private final DropWarnings warnings = new DropWarnings("a click");

    /** User id in UTF-8 → the user's sequence; until the user is idle. */
    private KeyValueStore<byte[], UserSequence> sequences;

    /** {@link ClickOutcome#code} → how many clicks; for ever. Only what came out of order is in it. */
    private KeyValueStore<String, Long> outcomes;

    private long newestClickMs = NO_CLICK_YET;

    @SuppressWarnings("NullAway.Init") // Kafka Streams calls init before anything else.
    Sequencer(SequencerConfig config, Addressing addressing, SequencerMetrics metrics) {
        this.config = config;
        this.addressing = addressing;
        this.metrics = metrics;
        window = new SequenceWindow(config.window(), config.types());
        idleUsers = new IdleUsers(config.expirySlice());
    }

    @Override
    public void init(FixedKeyProcessorContext<byte[], SequenceUpdate> context) {
        super.init(context);
        sequences = context.getStateStore(SequencerTopology.USER_SEQUENCES);
        outcomes = context.getStateStore(SequencerTopology.CLICK_OUTCOMES);
        context.schedule(config.expiryInterval(), PunctuationType.STREAM_TIME, streamTimeMs -> forgetIdleUsers());
    }

    @Override
    public void process(FixedKeyRecord<byte[], Verdict.Placed> record) {
        switch (record.value()) {
            case Verdict.Accepted accepted -> take(record, Interaction.of(accepted.click()), accepted.origin());
            case Verdict.Erased erased -> erase(record, erased.origin());
        }
    }

    /** Says so even of a user whom it does not know: others may. */
    private void erase(FixedKeyRecord<byte[], Verdict.Placed> record, ClickOrigin origin) {
        sequences.delete(record.key());
        metrics.countErased();
        context().forward(record.withValue(SequenceUpdate.erasure(origin)));
    }

    private void take(FixedKeyRecord<byte[], Verdict.Placed> record, Interaction click, ClickOrigin origin) {
        newestClickMs = Math.max(newestClickMs, click.timestampMs());
        SequenceWindow.Applied applied = window.apply(currentSequence(record.key()), click);
        metrics.countOutcome(applied.outcome());
        if (applied.outcome() != ClickOutcome.APPENDED) {
            countExactly(applied.outcome());
        }
        if (applied.outcome().isAccepted()) {
            sequences.put(record.key(), applied.sequence());
            addressing.write(record.headers(), record.key());
            context()
                    .forward(record.withValue(
                            new SequenceUpdate(applied.sequence(), List.of(applied.position()), origin)));
        } else {
            warnings.dropped(applied.outcome().code(), origin, context(), record.headers());
        }
    }

    private UserSequence currentSequence(byte[] user) {
        UserSequence sequence = sequences.get(user);
        if (sequence == null) {
            return UserSequence.EMPTY;
        }
        if (IdleUsers.newestMs(sequence) < horizonMs()) {
            metrics.countForgotten(1);
            return UserSequence.EMPTY;
        }
        return sequence;
    }

    private long horizonMs() {
        return newestClickMs - config.idleRetention().toMillis();
    }

    private void countExactly(ClickOutcome outcome) {
        Long before = outcomes.get(outcome.code());
        outcomes.put(outcome.code(), before == null ? 1L : before + 1);
    }

    private void forgetIdleUsers() {
        if (newestClickMs != NO_CLICK_YET) {
            metrics.countForgotten(idleUsers.forgetOlderThan(horizonMs(), sequences));
        }
    }
}
