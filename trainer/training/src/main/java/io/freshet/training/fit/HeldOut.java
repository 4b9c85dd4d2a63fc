package io.freshet.training.fit;

import java.util.Arrays;

/**
 * The two items at the end of each user's sequence that are not learned, for leave-one-out evaluation. A user with
 * fewer than {@value #MIN_LENGTH} items has none, and the whole sequence is learned.
 */
public enum HeldOut {
    /** The last item but one, by which the best epoch is chosen. */
    VALIDATION(2),
    /** The last item, whose accuracy is reported. */
    TEST(1);

    /**
     * Minimum length of a sequence with held-out items: the two held-out items, and one earlier item as their
     * history.
     */
    static final int MIN_LENGTH = 3;

    private final int fromEnd;

    HeldOut(int fromEnd) {
        this.fromEnd = fromEnd;
    }

    /** Returns the position of the held-out item. All items before it are its history. */
    int position(int[] sequence) {
        return sequence.length - fromEnd;
    }

    static boolean isIn(int[] sequence) {
        return sequence.length >= MIN_LENGTH;
    }

    /** Returns how many items of a sequence, from its beginning, are learned. */
    public static int learnedLength(int[] sequence) {
        return isIn(sequence) ? VALIDATION.position(sequence) : sequence.length;
    }

    /** Returns the distinct items before the held-out item. */
    int[] seen(int[] sequence) {
        return Arrays.stream(sequence, 0, position(sequence)).distinct().toArray();
    }
}
