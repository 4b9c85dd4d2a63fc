package io.freshet.service.sequencer;

import io.freshet.client.click.Click;
import io.freshet.client.text.Utf8;
import io.freshet.store.event.EventTypes;
import io.freshet.store.event.EventTypes.Meaning;
import io.freshet.store.sequence.Interaction;
import io.freshet.store.sequence.UserSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The rules that turn clicks into a user's sequence: the newest N by click time, clicks of the same time in order of
 * arrival, each event once.
 *
 * <p>N applies separately to each meaning: clicks that belong to the history, clicks that only mark an item as seen, and
 * clicks that take something back. So no kind displaces another.
 *
 * <p>Whatever N is, a sequence takes at most {@value #MOST_BYTES} bytes, so that a record with it fits into a topic. The
 * oldest clicks beyond that leave the window too.
 *
 * <p>Two clicks are the same event if the hashes of their event ids are equal, or, if one of them has no event id, if item, timestamp and
 * type are equal. Clicks that left the window are not remembered. Immutable and thread-safe.
 */
final class SequenceWindow {
    static final int MOST_BYTES = 768 << 10;

    /** Maximum bytes of an interaction besides its texts. */
    private static final int BYTES_BESIDE_TEXTS = 32;

    private static final int MOST_BYTES_OF_ONE = Click.MAX_ID_BYTES + Click.MAX_EVENT_TYPE_BYTES + BYTES_BESIDE_TEXTS;

    private final int capacity;
    private final EventTypes types;

    /** @param capacity maximum number of interactions of the same meaning in a sequence */
    SequenceWindow(int capacity, EventTypes types) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity must be at least 1: capacity=" + capacity);
        }
        this.capacity = capacity;
        this.types = types;
    }

    /**
     * Result of applying a click.
     *
     * @param sequence the sequence after the click; the same instance as before if the click was dropped
     * @param position position of the click in the sequence, -1 if it was dropped
     */
    record Applied(ClickOutcome outcome, UserSequence sequence, int position) {}

    Applied apply(UserSequence sequence, Interaction click) {
        List<Interaction> kept = sequence.interactions();
        if (contains(kept, click)) {
            return new Applied(ClickOutcome.DUPLICATE, sequence, -1);
        }
        int insertion = insertionPosition(kept, click.timestampMs());
        List<Interaction> all = new ArrayList<>(kept.size() + 1);
        all.addAll(kept);
        all.add(insertion, click);
        return cutToWindow(sequence, all, insertion);
    }

    /** Cuts a sequence to the window. A stored sequence may be longer, because the window may have been narrowed since. */
    private Applied cutToWindow(UserSequence before, List<Interaction> all, int insertion) {
        Map<Meaning, Integer> counts = new EnumMap<>(Meaning.class);
        Interaction[] window = new Interaction[all.size()];
        int first = all.size();
        int position = -1;
        int last = oldestThatFits(all);
        for (int i = all.size() - 1; i >= last; i--) {
            if (counts.merge(meaning(all.get(i)), 1, Integer::sum) <= capacity) {
                first--;
                window[first] = all.get(i);
                position = i == insertion ? first : position;
            }
        }
        if (position < 0) {
            return new Applied(ClickOutcome.TOO_LATE, before, -1);
        }
        ClickOutcome outcome = insertion == all.size() - 1 ? ClickOutcome.APPENDED : ClickOutcome.LATE;
        UserSequence after = new UserSequence(Arrays.asList(window).subList(first, window.length));
        return new Applied(outcome, after, position - first);
    }

    /** Returns the position of the oldest interaction that still fits the byte limit together with all newer ones. */
    private static int oldestThatFits(List<Interaction> all) {
        if (all.size() <= MOST_BYTES / MOST_BYTES_OF_ONE) {
            return 0;
        }
        int bytes = 0;
        for (int i = all.size() - 1; i >= 0; i--) {
            String type = all.get(i).eventType();
            bytes += BYTES_BESIDE_TEXTS + Utf8.length(all.get(i).itemId()) + (type == null ? 0 : Utf8.length(type));
            if (bytes > MOST_BYTES) {
                return i + 1;
            }
        }
        return 0;
    }

    private Meaning meaning(Interaction click) {
        return types.meaning(click.eventType());
    }

    private static boolean contains(List<Interaction> kept, Interaction click) {
        for (int i = kept.size() - 1; i >= 0; i--) {
            if (isSameEvent(kept.get(i), click)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSameEvent(Interaction a, Interaction b) {
        if (a.eventIdHash() != Interaction.NO_EVENT_ID && b.eventIdHash() != Interaction.NO_EVENT_ID) {
            return a.eventIdHash() == b.eventIdHash();
        }
        return a.timestampMs() == b.timestampMs()
                && a.itemId().equals(b.itemId())
                && Objects.equals(a.eventType(), b.eventType());
    }

    /** Returns the position after the last interaction that is not newer. */
    private static int insertionPosition(List<Interaction> kept, long timestampMs) {
        int position = kept.size();
        while (position > 0 && kept.get(position - 1).timestampMs() > timestampMs) {
            position--;
        }
        return position;
    }
}
