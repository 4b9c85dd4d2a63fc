package io.freshet.offline;

import io.freshet.sampling.CounterRandom;

/**
 * Which users have their last two items kept from learning: those whose id says so, by its hash, as long as they have
 * {@value HeldOut#MIN_LENGTH} items. All others are learned from as a whole.
 *
 * @param share of the users, above 0; 1 for all
 */
public record HeldOutUsers(double share) {
    /** As leave-one-out evaluation has it. */
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

    /** How many items of a sequence, from its beginning, are learned from. */
    int learnedLength(String user, int[] sequence) {
        return include(user, sequence) ? HeldOut.VALIDATION.position(sequence) : sequence.length;
    }
}
