package io.freshet.sequence;

import io.freshet.event.EventTypes;
import io.freshet.event.EventTypes.Meaning;
import io.freshet.vocabulary.Vocabulary;
import java.util.Arrays;

/**
 * A user's events, taken in one after another, as vocabulary rows: which of them stand in the history that the next item
 * is predicted from, how much each weighs as a target, and which items the user has seen. Learner, scorer and evaluations
 * all read sequences through this class, so that the same sequence is the same history to each.
 *
 * <ul>
 *   <li>An event whose type only filters does not stand in the history.
 *   <li>Nor does one of a negative type, and it takes all earlier events on its item out of the history. A later event on
 *       that item, of a type that stands in the history, stands there again; what was taken out does not come back.
 *   <li>Every item that is known has been seen, whatever the type.
 * </ul>
 *
 * <p>Time is linear but for negative events, each of which takes a pass over the history. Reused; not thread-safe.
 */
public final class HistoryRows {
    private final EventTypes types;
    private int[] rows = new int[64]; // (size)
    private float[] weights = new float[64]; // (size)
    private int[] seen = new int[64]; // (seenSize)
    private int size;
    private int seenSize;
    private boolean takenBack;

    public HistoryRows(EventTypes types) {
        this.types = types;
    }

    /** Begins another user. */
    public void clear() {
        size = 0;
        seenSize = 0;
        takenBack = false;
    }

    /**
     * Takes the next event in.
     *
     * @param row the item's row, or {@link Vocabulary#NOT_FOUND} for an item that has none and so is passed over
     */
    public void add(Interaction event, int row) {
        Meaning meaning = types.meaning(event.eventType());
        takenBack |= meaning == Meaning.TAKES_BACK;
        if (row == Vocabulary.NOT_FOUND) {
            return;
        }
        reserve();
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
        }
    }

    /** Whether such an event stands in the history. */
    public boolean standsInHistory(Interaction event) {
        return types.meaning(event.eventType()) == Meaning.IN_HISTORY;
    }

    /** The history, oldest first, in the first {@link #size} places; valid until the next event. Not to be changed. */
    public int[] rows() {
        return rows;
    }

    /** How much each row of the history weighs as a target; 0 for one that is none. Not to be changed. */
    public float[] weights() {
        return weights;
    }

    public int size() {
        return size;
    }

    /** The items of all events, one perhaps several times, in the first {@link #seenSize} places. Not to be changed. */
    public int[] seen() {
        return seen;
    }

    public int seenSize() {
        return seenSize;
    }

    /** Whether an event was of a negative type, so that the history may be shorter than it once was. */
    public boolean hasTakenBack() {
        return takenBack;
    }
}
