package io.freshet.lab.prequential;

import io.freshet.lab.baseline.UserState;

/**
 * A new position of a user's sequence, as rows of the stream's items.
 *
 * @param user the user before the position; its arrays must not be modified
 * @param item row to be ranked, if the position is an event
 * @param isTarget whether the position is learned from
 * @param earlierClicks number of earlier clicks on the item by any user that count as history
 */
record StreamClick(UserState user, int item, boolean isTarget, int earlierClicks) {
    boolean isEvent() {
        return isTarget && history().length > 0;
    }

    /** Returns the rows of the history before the position, oldest first. */
    int[] history() {
        return user.history();
    }
}
