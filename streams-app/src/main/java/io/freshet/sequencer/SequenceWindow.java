package io.freshet.sequencer;

import io.freshet.sequence.Interaction;
import io.freshet.sequence.UserSequence;
import java.util.Arrays;
import java.util.List;

/**
 * The rules by which clicks become a user's sequence: the newest N by click time, clicks of the same time in order of
 * arrival, each event once.
 *
 * <p>Two clicks are the same event if their event ids are equal, or, where one of them has none, if item and timestamp
 * are. What left the window is not remembered. Immutable, thread-safe.
 */
final class SequenceWindow {
    private final int capacity;

    /** @param capacity the most interactions of a sequence */
    SequenceWindow(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("A window must hold a click: capacity=" + capacity);
        }
        this.capacity = capacity;
    }

    /**
     * What a click did.
     *
     * @param sequence after the click; the very one from before where the click was dropped
     * @param position of the click in the sequence, -1 where it was dropped
     */
    record Applied(ClickOutcome outcome, UserSequence sequence, int position) {}

    Applied apply(UserSequence sequence, Interaction click) {
        List<Interaction> kept = sequence.interactions();
        if (contains(kept, click)) {
            return new Applied(ClickOutcome.DUPLICATE, sequence, -1);
        }
        int insertion = insertionPosition(kept, click.timestampMs());
        // A stored sequence may be longer than the window, which can have been narrowed since.
        int dropped = Math.max(0, kept.size() + 1 - capacity);
        if (insertion < dropped) {
            return new Applied(ClickOutcome.TOO_LATE, sequence, -1);
        }
        ClickOutcome outcome = insertion == kept.size() ? ClickOutcome.APPENDED : ClickOutcome.LATE;
        return new Applied(outcome, inserted(kept, dropped, insertion, click), insertion - dropped);
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
        return a.timestampMs() == b.timestampMs() && a.itemId().equals(b.itemId());
    }

    /** The position behind the last interaction that is not newer. */
    private static int insertionPosition(List<Interaction> kept, long timestampMs) {
        int position = kept.size();
        while (position > 0 && kept.get(position - 1).timestampMs() > timestampMs) {
            position--;
        }
        return position;
    }

    /** The kept ones from position {@code dropped} on, with the click before the one at {@code insertion}. */
    private static UserSequence inserted(List<Interaction> kept, int dropped, int insertion, Interaction click) {
        Interaction[] window = new Interaction[kept.size() + 1 - dropped];
        int position = 0;
        for (int i = dropped; i < insertion; i++) {
            window[position++] = kept.get(i);
        }
        window[position++] = click;
        for (int i = insertion; i < kept.size(); i++) {
            window[position++] = kept.get(i);
        }
        return new UserSequence(Arrays.asList(window));
    }
}
