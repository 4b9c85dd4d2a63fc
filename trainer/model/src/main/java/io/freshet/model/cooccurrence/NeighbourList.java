package io.freshet.model.cooccurrence;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Weights of how strongly other items follow one item, and how strongly they precede it. Weights are whole numbers, so they
 * depend on the order of clicks only.
 *
 * <p>The number of neighbours is limited: a new one replaces the weakest, or the first of several equally weak ones. When
 * the total weight exceeds a limit, all weights are halved, and neighbours without weight are removed. Clicks are thus
 * forgotten exponentially, measured in the item's own clicks, as arithmetic coders rescale their counts.
 */
final class NeighbourList {
    /**
     * Weight of a click immediately after another. A click that comes {@code gap} clicks later has weight
     * {@code NEAREST / gap}.
     */
    static final int NEAREST = 2520; // divisible by every gap up to 10

    private static final int FIRST_CAPACITY = 2;
    private static final int FIELDS = 3;
    private static final int AFTER = 1;
    private static final int BEFORE = 2;

    private final int generation;
    private int[] entries = new int[FIELDS * FIRST_CAPACITY]; // (capacity, 3): row, weight after, weight before
    private int size;
    private int after;
    private int before;

    /** @param generation the {@link #generation} */
    NeighbourList(int generation) {
        this.generation = generation;
    }

    /** Returns the generation of the memory in which the list was made. A list of an earlier generation must be copied. */
    int generation() {
        return generation;
    }

    /** Returns an equal list of another generation. */
    NeighbourList copy(int ofGeneration) {
        NeighbourList copy = new NeighbourList(ofGeneration);
        copy.entries = entries.clone();
        copy.size = size;
        copy.after = after;
        copy.before = before;
        return copy;
    }

    int size() {
        return size;
    }

    int row(int place) {
        return entries[FIELDS * place];
    }

    /** Returns how strongly the neighbour follows the item. */
    int after(int place) {
        return entries[FIELDS * place + AFTER];
    }

    /** Returns how strongly the neighbour precedes the item. */
    int before(int place) {
        return entries[FIELDS * place + BEFORE];
    }

    /** Returns the sum of {@link #after(int)} over all neighbours. */
    int after() {
        return after;
    }

    /** Returns the sum of all weights. */
    int total() {
        return after + before;
    }

    /** Records that {@code row} was clicked after the item. */
    void addAfter(int row, int weight, CooccurrenceConfig bounds) {
        int place = placeOf(row, bounds); // must come first: it may replace the array
        entries[FIELDS * place + AFTER] += weight;
        after += weight;
        halveBeyond(bounds.halvingWeight());
    }

    /** Records that {@code row} was clicked before the item. */
    void addBefore(int row, int weight, CooccurrenceConfig bounds) {
        int place = placeOf(row, bounds); // must come first: it may replace the array
        entries[FIELDS * place + BEFORE] += weight;
        before += weight;
        halveBeyond(bounds.halvingWeight());
    }

    /** Adds a neighbour that is not in the list yet, at the end. */
    void restore(int row, int afterWeight, int beforeWeight) {
        int place = append(row);
        entries[FIELDS * place + AFTER] = afterWeight;
        entries[FIELDS * place + BEFORE] = beforeWeight;
        after += afterWeight;
        before += beforeWeight;
    }

    private int placeOf(int row, CooccurrenceConfig bounds) {
        for (int place = 0; place < size; place++) {
            if (row(place) == row) {
                return place;
            }
        }
        return size < bounds.neighbours() ? append(row) : replaceWeakest(row);
    }

    private int append(int row) {
        if (FIELDS * size == entries.length) {
            entries = Arrays.copyOf(entries, 2 * entries.length);
        }
        entries[FIELDS * size] = row;
        return size++;
    }

    private int replaceWeakest(int row) {
        int weakest = 0;
        for (int place = 1; place < size; place++) {
            if (weight(place) < weight(weakest)) {
                weakest = place;
            }
        }
        after -= after(weakest);
        before -= before(weakest);
        set(weakest, row, 0, 0);
        return weakest;
    }

    private int weight(int place) {
        return after(place) + before(place);
    }

    private void halveBeyond(int limit) {
        if (total() <= limit) {
            return;
        }
        int kept = 0;
        after = 0;
        before = 0;
        for (int place = 0; place < size; place++) {
            int halfAfter = after(place) / 2;
            int halfBefore = before(place) / 2;
            if (halfAfter + halfBefore > 0) {
                set(kept++, row(place), halfAfter, halfBefore);
                after += halfAfter;
                before += halfBefore;
            }
        }
        Arrays.fill(entries, FIELDS * kept, FIELDS * size, 0);
        size = kept;
    }

    /** Returns whether any of the rows is a neighbour. */
    boolean hasAny(BitSet rows) {
        for (int place = 0; place < size; place++) {
            if (rows.get(row(place))) {
                return true;
            }
        }
        return false;
    }

    /** Removes the given neighbours. */
    void forget(BitSet rows) {
        int kept = 0;
        for (int place = 0; place < size; place++) {
            if (rows.get(row(place))) {
                after -= after(place);
                before -= before(place);
            } else {
                set(kept++, row(place), after(place), before(place));
            }
        }
        Arrays.fill(entries, FIELDS * kept, FIELDS * size, 0);
        size = kept;
    }

    private void set(int place, int row, int afterWeight, int beforeWeight) {
        entries[FIELDS * place] = row;
        entries[FIELDS * place + AFTER] = afterWeight;
        entries[FIELDS * place + BEFORE] = beforeWeight;
    }
}
