package io.freshet.prequential;

/**
 * A new position of some user's sequence, as rows of the stream's items.
 *
 * @param history what stands before it, oldest first; empty where the click is no event. Not to be changed
 * @param item what is to be ranked
 * @param earlierClicks how often anyone had clicked the item before
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StreamClick(int[] history, int item, int earlierClicks) {
    boolean isEvent() {
        return history.length > 0;
    }
}
