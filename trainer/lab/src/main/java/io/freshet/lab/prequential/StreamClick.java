package io.freshet.lab.prequential;

/**
 * A new position of a user's sequence, as rows of the stream's items.
 *
 * @param history rows of the history before the position, oldest first; must not be modified
 * @param seen rows of the items of all events before the position; must not be modified
 * @param item row to be ranked, if the position is an event
 * @param isTarget whether the position is learned from
 * @param earlierClicks number of earlier clicks on the item by any user that count as history
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StreamClick(int[] history, int[] seen, int item, boolean isTarget, int earlierClicks) {
    boolean isEvent() {
        return isTarget && history.length > 0;
    }
}
