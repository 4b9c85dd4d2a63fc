package io.freshet.service.sequencer;

import io.freshet.client.click.Click;
import io.freshet.store.event.EventTypes;
import io.freshet.store.sequence.ClickOrigin;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.SequenceUpdate;
import io.freshet.store.sequence.UserSequence;
import io.freshet.training.step.UserUpdate;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Applies the sequencer's rules without Kafka Streams, to the clicks of a complete file or of topics. Forgets users only when
 * they are erased; memory grows with the number of users, up to a window of clicks each. Not thread-safe.
 */
public final class InMemorySequencer {
    private static final String TOPIC = "clicks";

    private final SequenceWindow window;
    private final Map<String, UserSequence> sequences = new HashMap<>();
    private final Map<ClickOutcome, Long> outcomes = new EnumMap<>(ClickOutcome.class);
    private long clicks;

    /** @param window maximum number of interactions of the same meaning in a sequence */
    public InMemorySequencer(int window, EventTypes types) {
        this.window = new SequenceWindow(window, types);
    }

    /** Returns the update of the user's sequence by a click, or null if the click was dropped. */
    public @Nullable UserUpdate apply(Click click) {
        return apply(click, Interaction.of(click));
    }

    /**
     * Returns the update of the user's sequence by a click, or null if the click was dropped.
     *
     * @param interaction what the sequence keeps of the click
     */
    public @Nullable UserUpdate apply(Click click, Interaction interaction) {
        UserSequence before = sequences.getOrDefault(click.userId(), UserSequence.EMPTY);
        SequenceWindow.Applied applied = window.apply(before, interaction);
        ClickOrigin origin = new ClickOrigin(TOPIC, 0, clicks++, click.timestampMs());
        outcomes.merge(applied.outcome(), 1L, Long::sum);
        if (!applied.outcome().isAccepted()) {
            return null;
        }
        sequences.put(click.userId(), applied.sequence());
        return new UserUpdate(
                click.userId(), new SequenceUpdate(applied.sequence(), List.of(applied.position()), origin));
    }

    /**
     * Forgets a user, whether known or not, and returns the erasure.
     *
     * @param recordMs time of the record that asks for it
     */
    public UserUpdate erase(String userId, long recordMs) {
        sequences.remove(userId);
        return new UserUpdate(userId, SequenceUpdate.erasure(new ClickOrigin(TOPIC, 0, clicks++, recordMs)));
    }

    /** Returns the number of accepted clicks, including those that have left their sequence's window. */
    public long accepted() {
        return outcomes.entrySet().stream()
                .filter(outcome -> outcome.getKey().isAccepted())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Returns the number of clicks whose event was already in the sequence. */
    public long duplicates() {
        return outcomes.getOrDefault(ClickOutcome.DUPLICATE, 0L);
    }

    /** Returns the number of clicks older than every click of a full window. */
    public long tooLate() {
        return outcomes.getOrDefault(ClickOutcome.TOO_LATE, 0L);
    }

    /** Returns the number of users, without those that were erased. */
    public long users() {
        return sequences.size();
    }
}
