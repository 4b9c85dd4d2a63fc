package io.freshet.offline;

import java.util.Arrays;

/**
 * The two items at the end of each user's sequence that are kept from learning: leave-one-out. A user with fewer than
 * {@value #MIN_LENGTH} items has none, and is learned from as a whole.
 */
public enum HeldOut {
    /** The last but one: epochs are chosen by it. */
    VALIDATION(2),
    /** The last: it is reported. */
    TEST(1);

    /** One item to learn from, or at least to rank by, and two to rank. */
    static final int MIN_LENGTH = 3;

    private final int fromEnd;

    HeldOut(int fromEnd) {
        this.fromEnd = fromEnd;
    }

    /** Where the item stands; everything before is its history. */
    int position(int[] sequence) {
        return sequence.length - fromEnd;
    }

    static boolean isIn(int[] sequence) {
        return sequence.length >= MIN_LENGTH;
    }

    /** How many items of a sequence, from its beginning, are learned from. */
    static int learnedLength(int[] sequence) {
        return isIn(sequence) ? VALIDATION.position(sequence) : sequence.length;
    }

    /** The items before it, each once. */
    int[] seen(int[] sequence) {
        return Arrays.stream(sequence, 0, position(sequence)).distinct().toArray();
    }
}
