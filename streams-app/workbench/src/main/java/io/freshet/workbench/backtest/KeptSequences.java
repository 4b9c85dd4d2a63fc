package io.freshet.workbench.backtest;

import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.SequencerKeys;
import io.freshet.service.sequencer.ClickRecords;
import io.freshet.service.sequencer.ClickRecords.Reading;
import io.freshet.service.sequencer.InMemorySequencer;
import io.freshet.training.step.UserUpdate;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The users' sequences of one configuration, of the records that the topics of clicks hold. A click whose key is not its user
 * is taken as its user's, as it is after the sequencer has forwarded it. Not thread-safe.
 */
public final class KeptSequences {
    private final ClickRecords records;
    private final InMemorySequencer sequencer;
    private final Map<String, Long> refused = new TreeMap<>(); // by reason
    private long withoutClick;
    private long erasures;

    KeptSequences(FreshetConfig config) {
        records = new ClickRecords(config);
        sequencer = new InMemorySequencer(config.get(SequencerKeys.WINDOW), config.eventTypes());
    }

    /**
     * Returns the update of a user's sequence by a record, or null if the record changes no sequence.
     *
     * @param timeMs time of the record, no later than now
     */
    @Nullable
    UserUpdate apply(ConsumerRecord<byte[], byte[]> record, long timeMs) {
        return switch (records.read(record.topic(), record.key(), record.value(), record.headers(), timeMs)) {
            case Reading.Accepted accepted ->
                sequencer.apply(accepted.click(), records.interactionOf(accepted.click(), record.topic()));
            case Reading.Erasure _ -> {
                erasures++;
                byte[] user = Objects.requireNonNull(record.key());
                yield sequencer.erase(new String(user, StandardCharsets.UTF_8), timeMs);
            }
            case Reading.NoClick _ -> {
                withoutClick++;
                yield null;
            }
            case Reading.Refused refusal -> {
                refused.merge(refusal.reason(), 1L, Long::sum);
                yield null;
            }
        };
    }

    /** Returns the number of updates so far. */
    long updates() {
        return sequencer.accepted() + erasures;
    }

    /** Returns the number of records that the sequencer sends to the dead letters, by reason. */
    public Map<String, Long> refused() {
        return refused;
    }

    /** Returns the number of records that announce no click. */
    public long withoutClick() {
        return withoutClick;
    }

    /** Returns the number of tombstones that erased a user. */
    public long erasures() {
        return erasures;
    }

    /** Returns the sequencer, with its counts. */
    public InMemorySequencer sequencer() {
        return sequencer;
    }
}
