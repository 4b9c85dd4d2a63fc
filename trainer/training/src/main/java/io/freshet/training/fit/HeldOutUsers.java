package io.freshet.training.fit;

import io.freshet.model.random.CounterRandom;

/**
 * Selects the users whose last two items are not learned. A hash of the user id selects a share of the users; of
 * these, users with fewer than {@value HeldOut#MIN_LENGTH} items are not selected. The whole sequences of all other
 * users are learned.
 *
 * @param share share of the users, above 0; 1 for all
 */
public record HeldOutUsers(double share) {
    /** All users, as in leave-one-out evaluation. */
    public static final HeldOutUsers ALL = new HeldOutUsers(1);

    private static final int PARTS = 10_000;

    public HeldOutUsers {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be above 0 and at most 1: share=" + share);
        }
    }

    boolean include(String user, int[] sequence) {
        return HeldOut.isIn(sequence) && Math.floorMod(CounterRandom.hash(user), PARTS) < share * PARTS;
    }

    /** Returns how many items of a sequence, from its beginning, are learned. */
    int learnedLength(String user, int[] sequence) {
        return include(user, sequence) ? HeldOut.VALIDATION.position(sequence) : sequence.length;
    }
}
