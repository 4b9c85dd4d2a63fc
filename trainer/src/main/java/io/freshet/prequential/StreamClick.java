package io.freshet.prequential;

/**
 * A new position of some user's sequence, as rows of the stream's items.
 *
 * @param history what stands before it, oldest first. Not to be changed
 * @param seen the items of whatever came before it. Not to be changed
 * @param item what is to be ranked, if it is an event
 * @param isTarget whether it is learned from
 * @param earlierClicks how often anyone had clicked the item before, so that it stands in a history
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StreamClick(int[] history, int[] seen, int item, boolean isTarget, int earlierClicks) {
    boolean isEvent() {
        return isTarget && history.length > 0;
    }
}
