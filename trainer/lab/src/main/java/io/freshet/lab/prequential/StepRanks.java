package io.freshet.lab.prequential;

import io.freshet.store.modellog.StepRecord;

/**
 * The ranks that a runner gave to the clicks of a step, by one set of scores: {@link StepRecord#NO_EVENT},
 * {@link StepRecord#UNRANKED}, {@link StepRecord#MISS}, or the rank from 1.
 *
 * @param amongAll (clicks) ranks among all items seen so far
 * @param amongUnseen (clicks) ranks among those that the user has not seen; a click on another item is a miss
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StepRanks(int[] amongAll, int[] amongUnseen) {
    /** Returns the ranks without those of clicks that another runner has not ranked. */
    StepRanks onSameEvents(StepRanks other) {
        return new StepRanks(onSameEvents(amongAll, other.amongAll), onSameEvents(amongUnseen, other.amongUnseen));
    }

    private static int[] onSameEvents(int[] ranks, int[] other) {
        int[] same = ranks.clone();
        for (int i = 0; i < same.length; i++) {
            same[i] = other[i] == StepRecord.UNRANKED ? StepRecord.UNRANKED : same[i];
        }
        return same;
    }
}
