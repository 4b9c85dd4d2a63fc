package io.freshet.store.sequence;

import io.freshet.store.event.EventTypes;
import io.freshet.store.event.EventTypes.Meaning;
import io.freshet.store.vocabulary.Vocabulary;
import java.util.Arrays;

/**
 * Converts a user's events, added one after another, into vocabulary rows: the history from which the next item is
 * predicted, the weight of each of its rows as a target, and the items that the user has seen. Learner, scorer and
 * evaluations all read sequences through this class, so that they derive the same history from the same sequence.
 *
 * <ul>
 *   <li>An event of a filter-only type is not part of the history.
 *   <li>An event of a negative type is not part of the history either. It also removes all earlier events on its item
 *       from the history. Later events on that item enter the history as usual; removed events do not return.
 *   <li>Every item with a row counts as seen, whatever the event's type. Which of them are hidden from the user at a time is
 *       up to a {@link RepeatPolicy}.
 * </ul>
 *
 * <p>Takes linear time, except that each negative event takes a pass over the history. Reusable. Not thread-safe.
 */
public final class HistoryRows {
    private final EventTypes types;
    private final RepeatPolicy repeats;
    private final boolean isTimed; // whether items are hidden for some time, and not always or never
    private int[] rows = new int[64]; // (size)
    private float[] weights = new float[64]; // (size)
    private int[] seen = new int[64]; // (seenSize)
    private long[] hiddenUntilMs = new long[64]; // (seenSize), used if isTimed
    private int size;
    private int seenSize;
    private boolean takenBack;

    /** Creates rows of which each seen one is hidden. */
    public HistoryRows(EventTypes types) {
        this(types, RepeatPolicy.OF_NOTHING);
    }

    /** @param repeats decides which items are hidden from the user */
    public HistoryRows(EventTypes types, RepeatPolicy repeats) {
        this.types = types;
        this.repeats = repeats;
        this.isTimed = !repeats.equals(RepeatPolicy.OF_NOTHING) && !repeats.equals(RepeatPolicy.OF_ALL);
    }

    /** Forgets all events, to begin with another user. */
    public void clear() {
        size = 0;
        seenSize = 0;
        takenBack = false;
    }

    /**
     * Adds the next event.
     *
     * @param row row of the event's item, or {@link Vocabulary#NOT_FOUND} if it has none, in which case the item is
     *     skipped
     */
    public void add(Interaction event, int row) {
        Meaning meaning = types.meaning(event.eventType());
        takenBack |= meaning == Meaning.TAKES_BACK;
        if (row == Vocabulary.NOT_FOUND) {
            return;
        }
        reserve();
        if (isTimed) {
            hiddenUntilMs[seenSize] = repeats.hiddenUntilMs(event);
        }
        seen[seenSize++] = row;
        switch (meaning) {
            case IN_HISTORY -> append(row, types.weight(event.eventType()));
            case TAKES_BACK -> takeBack(row);
            case ONLY_SEEN -> {}
        }
    }

    private void append(int row, float weight) {
        rows[size] = row;
        weights[size] = weight;
        size++;
    }

    private void takeBack(int row) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (rows[i] != row) {
                rows[kept] = rows[i];
                weights[kept] = weights[i];
                kept++;
            }
        }
        size = kept;
    }

    private void reserve() {
        if (seenSize == seen.length) {
            seen = Arrays.copyOf(seen, 2 * seenSize);
            rows = Arrays.copyOf(rows, 2 * seenSize);
            weights = Arrays.copyOf(weights, 2 * seenSize);
            hiddenUntilMs = Arrays.copyOf(hiddenUntilMs, 2 * seenSize);
        }
    }

    /** Returns whether the type of the event makes it part of the history. */
    public boolean standsInHistory(Interaction event) {
        return types.meaning(event.eventType()) == Meaning.IN_HISTORY;
    }

    /**
     * Returns the history, oldest first, in the first {@link #size} elements. Valid until the next event; read-only.
     */
    public int[] rows() {
        return rows;
    }

    /** Returns the weight of each row of the history as a target; 0 if it is not a target. Read-only. */
    public float[] weights() {
        return weights;
    }

    /** Returns the length of the history. */
    public int size() {
        return size;
    }

    /** Returns the items of all events, possibly with repeats, in the first {@link #seenSize} elements. Read-only. */
    public int[] seen() {
        return seen;
    }

    /** Returns the number of valid elements of {@link #seen}. */
    public int seenSize() {
        return seenSize;
    }

    /**
     * Returns the seen items that must not be recommended to the user at a time, possibly with repeats.
     *
     * @param nowMs the time in epoch milliseconds
     */
    public int[] hiddenAt(long nowMs) {
        if (!isTimed) {
            return Arrays.copyOf(seen, repeats.equals(RepeatPolicy.OF_ALL) ? 0 : seenSize);
        }
        int[] hidden = new int[seenSize];
        int count = 0;
        for (int i = 0; i < seenSize; i++) {
            if (hiddenUntilMs[i] == RepeatPolicy.NEVER || nowMs < hiddenUntilMs[i]) {
                hidden[count++] = seen[i];
            }
        }
        return Arrays.copyOf(hidden, count);
    }

    /** Returns whether an event was of a negative type, so that the history may have become shorter. */
    public boolean hasTakenBack() {
        return takenBack;
    }
}
